// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Messages of one collector on disk, oldest first, in segments that are each an IPFIX File (RFC 5655).
///
/// A segment is written to its end, then read whole, and removed when all its messages were released. What a segment holds is known from
/// itself (``SpoolEntry``), so there is no index to lose: after a crash all that was not removed is taken again. When there is
/// no room the oldest segment goes, and what was not taken of it is counted.
public struct Spool: Sendable {
    /// A message, the segment that it is to be released of, and the templates it was written with where they are not this program's.
    struct Taken: Sendable, Hashable {
        let message: ExportedMessage
        let segment: UInt64
        let templates: [[UInt8]]?
    }

    struct Segment {
        let number: UInt64
        var octets = 0
        /// What was not taken yet.
        var waiting = ExportAmount()
        /// Messages that were taken and are not released.
        var unreleased = 0
    }

    static let segmentLengths = 64 << 10...4 << 20
    /// No segment is longer; of a file that is, so much is read.
    static let longestSegment = 16 << 20
    /// Segments are numbered from the middle, so that there is room in front of the first.
    private static let firstNumber: UInt64 = 1 << 63

    /// What all segments have in common.
    struct Origin: Sendable {
        let directory: SpoolDirectory
        let templates: [[UInt8]]
        let observationDomainID: UInt32
        let clock: @Sendable () -> Timestamp
    }

    private let origin: Origin
    private let limit: Int
    /// How long a segment may grow.
    private let segmentLength: Int
    /// Oldest first.
    var segments: [Segment] = []
    /// The last segment, while it is written.
    private var writing: SegmentWriter?
    /// The first segment of which something waits, while it is read.
    private var reading: SegmentReading?
    public internal(set) var statistics = SpoolStatistics()

    /// Opens a spool with all that an earlier program left in it. Blocks while that is read.
    ///
    /// - Parameters:
    ///   - limit: octets of all segments; at least 256 KiB are used.
    ///   - templates: whole Template and Options Template Sets, for each message that opens a session, at most 65,482 octets: those of the
    ///     messages that will be appended.
    public init(
        directory path: String, limit: Int, templates: [[UInt8]], observationDomainID: UInt32, clock: @escaping @Sendable () -> Timestamp
    ) throws(SpoolError) {
        origin = Origin(
            directory: try SpoolDirectory(path: path), templates: templates, observationDomainID: observationDomainID, clock: clock)
        self.limit = max(limit, 4 * Self.segmentLengths.lowerBound)
        segmentLength = min(max(self.limit / 32, Self.segmentLengths.lowerBound), Self.segmentLengths.upperBound)
        for number in try origin.directory.segments() { recover(number) }
        makeRoom()
    }

    /// Whether everything was taken.
    public var isEmpty: Bool { statistics.waiting.messages == 0 }

    /// Adds a message behind all others.
    ///
    /// - Throws: when the disk does not take it; then it is not in the spool. Another attempt may be made at any time.
    mutating func append(_ message: ExportedMessage) throws(SpoolError) {
        if writing == nil || segments[segments.count - 1].octets >= segmentLength { try beginSegment() }
        guard var writer = writing else { preconditionFailure("a segment was begun") }
        let last = segments.count - 1
        try writer.write(message, of: origin, to: &segments[last])
        statistics.octetsOnDisk += UInt64(message.sets.count + SpoolEntry.overhead)
        writing = writer
        note(message, in: last)
        makeRoom()
    }

    /// Puts messages in front of all others, in their order, for the next program.
    ///
    /// - Throws: when the disk does not take all of them; then the last of them may be there.
    mutating func prepend(_ messages: [ExportedMessage]) throws(SpoolError) {
        var end = messages.count
        while end > 0 {
            var start = end, length = 0
            while start > 0, length < segmentLength {
                start -= 1
                length += messages[start].sets.count
            }
            try prependSegment(messages[start..<end])
            end = start
        }
    }

    private mutating func prependSegment(_ messages: ArraySlice<ExportedMessage>) throws(SpoolError) {
        var segment = Segment(number: (segments.first?.number ?? Self.firstNumber) - 1)
        do throws(SpoolError) {
            var writer = try SegmentWriter(of: origin, &segment)
            for message in messages { try writer.write(message, of: origin, to: &segment) }
        } catch {
            origin.directory.remove(segment.number)
            throw error
        }
        segments.insert(segment, at: 0)
        statistics.octetsOnDisk += UInt64(segment.octets)
        for message in messages { note(message, in: 0) }
    }

    /// The oldest message that was not taken; nil when there is none.
    mutating func take() -> Taken? {
        while let position = segments.firstIndex(where: { $0.waiting.messages > 0 }) {
            if reading?.number != segments[position].number { beginReading(position) }
            if let taken = takeNext(of: position) { return taken }
        }
        return nil
    }

    /// Says that a message that was taken is not needed any more; a segment of which nothing is, is removed.
    mutating func release(of number: UInt64) {
        guard let position = segments.firstIndex(where: { $0.number == number }) else { return }
        segments[position].unreleased -= 1
        removeIfDone(position)
    }
}

extension Spool {
    private mutating func note(_ message: ExportedMessage, in position: Int) {
        segments[position].waiting += message
        statistics.appended += message
        statistics.waiting += message
    }

    private mutating func beginSegment() throws(SpoolError) {
        closeWriting()
        var segment = Segment(number: (segments.last?.number ?? Self.firstNumber) + 1)
        do throws(SpoolError) {
            writing = try SegmentWriter(of: origin, &segment)
        } catch {
            origin.directory.remove(segment.number)
            throw error
        }
        segments.append(segment)
        statistics.octetsOnDisk += UInt64(segment.octets)
    }

    private mutating func closeWriting() {
        guard writing != nil else { return }
        writing = nil
        removeIfDone(segments.count - 1)
    }

    private mutating func beginReading(_ position: Int) {
        let number = segments[position].number
        // Whole segments are read; what comes next goes to another.
        if position == segments.count - 1 { writing = nil }
        reading = SegmentReading(number: number, octets: origin.directory.read(number, limit: Self.longestSegment))
    }

    private mutating func takeNext(of position: Int) -> Taken? {
        guard let message = reading?.next(), segments[position].waiting.includes(message) else {
            // The segment was there when it was written or found, and is not now.
            statistics.damaged += segments[position].waiting
            statistics.damages += 1
            forgetWaiting(of: position)
            removeIfDone(position)
            return nil
        }
        segments[position].waiting -= message
        segments[position].unreleased += 1
        statistics.waiting -= message
        statistics.taken += message
        let foreign = reading.flatMap { $0.templates == origin.templates ? nil : $0.templates }
        return Taken(message: message, segment: segments[position].number, templates: foreign)
    }

    /// Removes the oldest segments until the rest is within the limit.
    private mutating func makeRoom() {
        while statistics.octetsOnDisk > UInt64(limit), segments.count > 1 {
            statistics.dropped += segments[0].waiting
            forgetWaiting(of: 0)
            remove(0)
        }
    }

    private mutating func forgetWaiting(of position: Int) {
        statistics.waiting -= segments[position].waiting
        segments[position].waiting = ExportAmount()
    }

    private mutating func removeIfDone(_ position: Int) {
        let isWritten = writing != nil && position == segments.count - 1
        if segments[position].waiting.messages == 0, segments[position].unreleased <= 0, !isWritten { remove(position) }
    }

    private mutating func remove(_ position: Int) {
        let segment = segments.remove(at: position)
        if reading?.number == segment.number { reading = nil }
        origin.directory.remove(segment.number)
        statistics.octetsOnDisk -= UInt64(segment.octets)
    }

    private mutating func recover(_ number: UInt64) {
        let octets = origin.directory.read(number, limit: Self.longestSegment)
        var segment = Segment(number: number, octets: octets.count)
        var reader = SpoolSegmentReader(octets)
        while let item = reader.next() {
            switch item {
            case .templates: break
            case .message(let message): segment.waiting += message
            case .damage(let length, let messages, let records):
                let damaged = ExportAmount(messages: UInt64(messages), records: UInt64(records), octets: UInt64(length))
                statistics.found += damaged
                statistics.damaged += damaged
                statistics.damages += 1
            }
        }
        statistics.found += segment.waiting
        statistics.waiting += segment.waiting
        statistics.octetsOnDisk += UInt64(segment.octets)
        segments.append(segment)
        removeIfDone(segments.count - 1)
    }
}
