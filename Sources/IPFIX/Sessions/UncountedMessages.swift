// SPDX-License-Identifier: Apache-2.0

/// Messages whose Data Records could not all be counted, until the last of their waiting Sets is read.
///
/// As many as have Sets that wait, so bounded by them.
struct UncountedMessages: Sendable {
    private struct Message: Sendable {
        let domain: UInt32
        let sequenceNumber: UInt32
        var records: Int
        var waitingSets: Int
    }

    private var messages: [UInt64: Message] = [:]
    private var last: UInt64 = 0

    /// - Returns: the number to hand to ``count(_:of:)`` and ``abandon(_:)``.
    mutating func add(domain: UInt32, sequenceNumber: UInt32, records: Int, waitingSets: Int) -> UInt64 {
        last += 1
        messages[last] = Message(domain: domain, sequenceNumber: sequenceNumber, records: records, waitingSets: waitingSets)
        return last
    }

    /// Adds the records of a Set that was read at last.
    ///
    /// - Returns: all the Message's records when this was its last Set.
    mutating func count(_ records: Int, of message: UInt64) -> (sequenceNumber: UInt32, records: Int)? {
        guard var known = messages[message] else { return nil }
        known.records += records
        known.waitingSets -= 1
        messages[message] = known.waitingSets > 0 ? known : nil
        return known.waitingSets > 0 ? nil : (known.sequenceNumber, known.records)
    }

    /// A Set of the Message will never be read, so its records stay uncounted.
    mutating func abandon(_ message: UInt64) { messages[message] = nil }
}
