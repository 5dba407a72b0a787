// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import IPFIXTransport

/// A segment of a spool: every octet is in one entry or one damage, and what is read of it makes the same messages again.
enum SpoolTarget {
    static func run(_ octets: [UInt8]) {
        var reader = SpoolSegmentReader(octets)
        var accounted = 0, messages: [ExportedMessage] = []
        var lostRecords: UInt64 = 0
        while let item = reader.next() {
            switch item {
            case .templates(let sets): accounted += sets.count + SpoolSegmentReader.entryOverhead
            case .message(let message):
                precondition(message.recordCount > 0, "a message without records")
                accounted += message.sets.count + SpoolSegmentReader.entryOverhead
                messages.append(message)
            case .damage(let length, _, let records):
                precondition(length > 0, "damage of no octets")
                accounted += length
                lostRecords += UInt64(records)
            }
        }
        precondition(accounted == octets.count, "\(accounted) of \(octets.count) octets were told of")
        let records = messages.reduce(lostRecords) { $0 + UInt64($1.recordCount) }
        precondition(records <= UInt64(UInt32.max), "\(records) records are more than an entry can count")
        precondition(read(SpoolSegmentReader.segment(of: messages)) == messages, "what was read is not what is written")
    }

    private static func read(_ octets: [UInt8]) -> [ExportedMessage] {
        var reader = SpoolSegmentReader(octets)
        var messages: [ExportedMessage] = []
        while let item = reader.next() { if case .message(let message) = item { messages.append(message) } }
        return messages
    }
}
