// SPDX-License-Identifier: Apache-2.0

/// Reads the entries of one segment's octets, and counts what is damaged or torn. Whatever the octets are, none is read twice.
public struct SpoolSegmentReader: Sendable {
    public enum Item: Sendable, Hashable {
        /// Sets with the templates that the messages after it were written with.
        case templates([UInt8])
        case message(ExportedMessage)
        /// Octets that are no entry, and what they held, as far as the next entry tells; of a torn end nothing tells.
        case damage(octets: Int, messages: UInt32, records: UInt32)
    }

    private let octets: [UInt8]
    private var position = 0
    private var messages: UInt32 = 0
    private var records: UInt32 = 0
    private var waiting: SpoolEntry?

    /// Octets of an entry beside its Sets.
    public static let entryOverhead = SpoolEntry.overhead

    /// A segment with these messages and without templates.
    public static func segment(of messages: [ExportedMessage]) -> [UInt8] {
        var octets: [UInt8] = [], records: UInt32 = 0
        for (index, message) in messages.enumerated() {
            octets += SpoolEntry.octets(of: message, messagesBefore: UInt32(index), recordsBefore: records, exportTime: 0, domain: 0)
            records &+= message.recordCount
        }
        return octets
    }

    public init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// Nil at the end.
    public mutating func next() -> Item? {
        if let entry = waiting {
            waiting = nil
            return take(entry)
        }
        guard position < octets.count else { return nil }
        if let entry = SpoolEntry(in: octets.span, at: position), follows(entry) { return take(entry) }
        return skipDamage()
    }

    private mutating func take(_ entry: SpoolEntry) -> Item {
        position = entry.end
        messages = entry.messagesBefore + 1
        records = entry.recordsBefore + entry.recordCount
        let sets = Array(octets[entry.sets])
        return entry.recordCount == 0
            ? .templates(sets) : .message(ExportedMessage(sets: sets, recordCount: entry.recordCount, flows: entry.flows))
    }

    private mutating func skipDamage() -> Item {
        let start = position
        position += 1
        while position < octets.count {
            if let entry = SpoolEntry(in: octets.span, at: position), follows(entry) {
                waiting = entry
                return .damage(
                    octets: position - start, messages: entry.messagesBefore - messages, records: entry.recordsBefore - records)
            }
            position += 1
        }
        return .damage(octets: position - start, messages: 0, records: 0)
    }

    /// Whether an entry counts on from what was read: another segment's, or one that was copied, does not.
    private func follows(_ entry: SpoolEntry) -> Bool { entry.messagesBefore >= messages && entry.recordsBefore >= records }
}
