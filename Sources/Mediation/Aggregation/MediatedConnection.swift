// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// One connection as its two nodes tell it: the merged facts, each side's totals, and what of them is stored. A row of fixed size without
/// references; the few facts that have no place in it are kept by ``ConnectionTable``.
///
/// The connection's own totals, start and end are those of its halves: the larger, the earlier, the later.
struct MediatedConnection: Sendable {
    let key: ConnectionKey
    /// 0 for a free place.
    let id: Int64
    var source = Half()
    // Fields of four octets stand where the halves leave room for them.
    var slot: UInt32 = 0
    var destination = Half()
    /// In seconds, rounded up. The connection is looked at then, and the wheel has it in `slot`.
    private var deadlineSecond: UInt32 = 0
    /// The end of the last stored interval; before the first, when it was first heard of.
    var storedEnd: Timestamp
    private var lastArrivalSecond: UInt32
    private var olderMark: UInt32 = 0
    /// Of the facts that each side told last: those of most records are the same again.
    private var sourcePrint: UInt32 = 0
    private var destinationPrint: UInt32 = 0
    var facts = CompactFacts()
    private var flags: Flags

    struct Flags: OptionSet, Sendable {
        let rawValue: UInt16

        static let isStored = Self(rawValue: 1 << 0)
        /// It had been going on for long when it was first heard of. What was counted before then was stored then, or is lost: only growth
        /// since is its.
        static let isResumed = Self(rawValue: 1 << 1)
        static let isChanged = Self(rawValue: 1 << 2)
        static let hasNews = Self(rawValue: 1 << 3)
        static let isDenied = Self(rawValue: 1 << 4)
        static let hasRareFacts = Self(rawValue: 1 << 5)
        static let hasSourcePort = Self(rawValue: 1 << 6)
        static let hasDestinationPort = Self(rawValue: 1 << 7)
        static let hasICMPType = Self(rawValue: 1 << 8)
        static let hasSourceLabels = Self(rawValue: 1 << 9)
        static let hasDestinationLabels = Self(rawValue: 1 << 10)
        static let hasClusterID = Self(rawValue: 1 << 11)
        /// The source of the key stands for a client from outside, whose address and port are kept where those of its proxy would be.
        static let hasClient = Self(rawValue: 1 << 12)
        /// A record opened what is stored next.
        static let isOpen = Self(rawValue: 1 << 13)
    }

    init(id: Int64, key: ConnectionKey, isResumed: Bool, at now: Timestamp) {
        self.id = id
        self.key = key
        storedEnd = now
        lastArrivalSecond = now.secondsRoundedUp
        flags = isResumed ? [.isResumed, .isChanged, .hasNews] : [.isChanged, .hasNews]
    }

    /// A place that no connection has.
    static let free = MediatedConnection(id: 0, key: .none, isResumed: false, at: Timestamp(milliseconds: 0))
}

extension MediatedConnection {
    var isFree: Bool { id == 0 }

    /// The connection of the same key before this one, by its place in the table.
    var older: UInt32? {
        get { olderMark == 0 ? nil : olderMark - 1 }
        set { olderMark = newValue.map { $0 + 1 } ?? 0 }
    }

    var deadline: Timestamp {
        get { Timestamp(seconds: Int64(deadlineSecond)) }
        set { deadlineSecond = newValue.secondsRoundedUp }
    }

    var lastArrival: Timestamp { Timestamp(seconds: Int64(lastArrivalSecond)) }

    mutating func arrive(at now: Timestamp) { lastArrivalSecond = max(lastArrivalSecond, now.secondsRoundedUp) }

    /// The clock by which arrivals are noted was set.
    mutating func moveArrivals(by difference: Duration) {
        lastArrivalSecond = (lastArrival + difference).secondsRoundedUp
        if !isStored { storedEnd = storedEnd + difference }
    }

    /// When it was first heard of; of a connection that is stored, nobody asks.
    var firstArrival: Timestamp { storedEnd }

    var start: Timestamp {
        source.isHere && destination.isHere ? min(source.start, destination.start) : source.isHere ? source.start : destination.start
    }

    var end: Timestamp {
        source.isHere && destination.isHere ? max(source.end, destination.end) : source.isHere ? source.end : destination.end
    }

    var isStored: Bool { flags.contains(.isStored) }

    var isResumed: Bool { flags.contains(.isResumed) }

    var isDenied: Bool { flags.contains(.isDenied) }

    /// Of a row's cache lines of 64 octets one word each; the last may be in the next row.
    var aWordOfEachCacheLine: UInt64 {
        let first = key.source.low ^ source.totals[0] ^ source.stored[3]
        return first ^ destination.totals[2] ^ UInt64(deadlineSecond) ^ facts.aWord ^ UInt64(flags.rawValue)
    }

    subscript(flag: Flags) -> Bool {
        get { flags.contains(flag) }
        set { if newValue { flags.insert(flag) } else { flags.remove(flag) } }
    }

    var hasRareFacts: Bool {
        get { self[.hasRareFacts] }
        set { self[.hasRareFacts] = newValue }
    }

    /// Whether there is something to store.
    var isPending: Bool { !flags.isDisjoint(with: [.hasNews, .isChanged]) || !isStored }

    /// The nodes that tell of the connection, as far as their names are known: one for each half.
    var observers: [NameID] {
        var nodes: [NameID] = []
        if source.isHere, let node = facts.sourceNode { nodes.append(node) }
        if destination.isHere, let node = facts.destinationNode, node != nodes.first { nodes.append(node) }
        return nodes
    }

    var hasBothHalves: Bool { source.isHere && destination.isHere }

    /// Every half that is here has told of the end.
    var hasEnded: Bool { (source.hasEnded || !source.isHere) && (destination.hasEnded || !destination.isHere) }

    var hasAnyEnd: Bool { source.hasEnded || destination.hasEnded }

    /// Whether nothing more is needed for a record that can stand: both halves, a verdict, or no other half to expect.
    var isComplete: Bool {
        if hasBothHalves || isDenied { return true }
        return switch facts.flowType {
        case .toExternal, .intraNode: true
        // The node that a client came in by is not always that of the endpoint.
        case .fromExternal: destination.isHere
        case .interNode, nil: false
        }
    }

    /// How far apart, in milliseconds, the starts of this connection and of a side's record of it are; nil when the record is of another on the same tuple.
    ///
    /// One exporter keeps to one start. The other node's start is by its own clock and its own first sight, so there the two
    /// lifetimes must overlap, give or take `tolerance`, and as much again where a half has not told of its end, or is of attempts that policy
    /// refused: exporters tell changes, so its last word is older than what it has seen, and a client tries again. Of several that overlap, the
    /// nearest is meant.
    func distance(to next: Measures, from side: ObservingSide, tolerance: UInt64) -> UInt64? {
        let own = side == .destinationNode ? destination : source
        if own.isHere {
            let distance = next.start.distance(to: own.start)
            if distance == 0 { return distance }
            // A denied attempt starts at its packet, its entry at a poll.
            if isDenied || next.isDenied { return distance <= tolerance ? distance : nil }
            // Exporters that send seconds cut the fraction off, and one that was started again may know a start better than it did. A tuple
            // that is used again within a second is used after the connection before it, so those do not overlap.
            return distance <= 999 && next.start < own.earliestEnd && own.start < next.end ? distance : nil
        }
        guard overlaps(next, from: side, tolerance: tolerance) else { return nil }
        return next.start.distance(to: side == .destinationNode ? source.start : destination.start)
    }

    /// Whether the other side's half is here, and its lifetime is that of a side's record as far as two clocks can tell.
    private func overlaps(_ next: Measures, from side: ObservingSide, tolerance: UInt64) -> Bool {
        let other = side == .destinationNode ? source : destination
        guard other.isHere else { return false }
        let silence = 2 * tolerance
        return next.start.isAtMost(other.hasEnded && !isDenied ? tolerance : silence, after: other.end)
            && other.start.isAtMost(next.isEnd && !next.isDenied ? tolerance : silence, after: next.end)
    }

    /// Whether the half that begins with a side's record may be this connection's, though another may have been taken for it.
    func mayHaveHalf(_ next: Measures, from side: ObservingSide, tolerance: UInt64) -> Bool {
        side != .only && overlaps(next, from: side, tolerance: tolerance)
    }

    /// Whether there is news that waits for the end of its window.
    var isPlanned: Bool { flags.contains([.isStored, .hasNews]) && !hasAnyEnd }

    func has(_ side: ObservingSide) -> Bool { side == .destinationNode ? destination.isHere : source.isHere }

    /// Notes the facts of a side's record; true when they are other than those of its last.
    mutating func note(print: UInt32, from side: ObservingSide) -> Bool {
        let isSame =
            (side == .destinationNode || sourcePrint == print) && (side == .sourceNode || destinationPrint == print)
        if isSame { return false }
        if side != .destinationNode { sourcePrint = print }
        if side != .sourceNode { destinationPrint = print }
        return true
    }
}

extension Timestamp {
    /// Clamped to what thirty-two bits hold, until the year 2106.
    var secondsRoundedUp: UInt32 { UInt32(clamping: seconds + (milliseconds % 1000 == 0 ? 0 : 1)) }
}
