// SPDX-License-Identifier: Apache-2.0

import IPFIX

/// Writes one segment from its first entry on.
struct SegmentWriter: Sendable {
    private let file: Descriptor
    private var messages: UInt32 = 0
    private var records: UInt32 = 0

    /// Begins a segment with its templates; after an error there may be a file without messages.
    init(of origin: Spool.Origin, _ segment: inout Spool.Segment) throws(SpoolError) {
        file = try origin.directory.create(segment.number)
        for sets in [SpoolEntry.template.set] + origin.templates {
            try write(ExportedMessage(sets: sets, recordCount: 0), of: origin, to: &segment)
        }
    }

    mutating func write(
        _ message: ExportedMessage, of origin: Spool.Origin, to segment: inout Spool.Segment
    ) throws(SpoolError) {
        let octets = SpoolEntry.octets(
            of: message, messagesBefore: messages, recordsBefore: records,
            exportTime: UInt32(truncatingIfNeeded: origin.clock().seconds), domain: origin.observationDomainID)
        try origin.directory.write(octets, to: file, segment.number, at: segment.octets)
        segment.octets += octets.count
        messages += 1
        records += message.recordCount
    }
}

/// A segment in memory, while its messages are taken.
struct SegmentReading: Sendable {
    let number: UInt64
    /// Those of the message that was taken last.
    private(set) var templates: [[UInt8]] = []
    private var reader: SpoolSegmentReader

    init(number: UInt64, octets: [UInt8]) {
        self.number = number
        reader = SpoolSegmentReader(octets)
    }

    /// The next message; nil at the end.
    mutating func next() -> ExportedMessage? {
        while let item = reader.next() {
            switch item {
            case .templates(let sets): if sets != SpoolEntry.template.set { templates.append(sets) }
            case .message(let message): return message
            // Counted when the spool was opened, or found missing at the end.
            case .damage: break
            }
        }
        return nil
    }
}
