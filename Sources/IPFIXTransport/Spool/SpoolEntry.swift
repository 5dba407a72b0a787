// SPDX-License-Identifier: Apache-2.0

import IPFIX

/// One IPFIX Message of a segment: the Sets that were given, and behind them a Data Set with one record that says what lies in
/// the segment up to here and a checksum.
///
/// ```
///   Message Header (16) │ Sets … │ 65535 │ 37 │ 0 │ messages │ records │ flows │ packets │ octets │ CRC-32C
///                                   2      2    1      4          4        4        8        8        4      octets
/// ```
///
/// The record's Options Template (``template``) is in the segment's first entry, so any reader of IPFIX Files (RFC 5655) can read one. The
/// checksum is of all octets of the message before it. `flows`, `packets` and `octets` are the message's own (``FlowVolume``). `messages` and `records` count those of the segment up to and with this one; the
/// header's sequence number counts Data Records before it, this record's own kind included. So an entry tells how many records it has, and
/// how many are missing before it.
struct SpoolEntry: Sendable, Hashable {
    /// Beyond the ids that exporters use, which count from 256.
    static let setID: UInt16 = .max
    static let trailerLength = 37
    /// Octets of an entry beside its Sets.
    static let overhead = MessageHeader.length + trailerLength
    /// The longest Sets that fit in an entry.
    static let longestSets = Int(UInt16.max) - overhead

    /// Where its Sets lie in the segment.
    let sets: Range<Int>
    let recordCount: UInt32
    let flows: FlowVolume
    /// Entries and Data Records of the segment before this one.
    let messagesBefore: UInt32
    let recordsBefore: UInt32

    /// The end of the whole entry.
    var end: Int { sets.upperBound + Self.trailerLength }

    static let template = Template(
        id: setID,
        fields: [
            FieldSpecifier(element: .init(enterprise: .iana, number: 263), length: 1),  // messageScope
            FieldSpecifier(element: .init(enterprise: .iana, number: 41), length: 4),  // exportedMessageTotalCount
            FieldSpecifier(element: .init(enterprise: .iana, number: 42), length: 4),  // exportedFlowRecordTotalCount
            FieldSpecifier(element: .init(enterprise: .iana, number: 3), length: 4),  // deltaFlowCount
            FieldSpecifier(element: .init(enterprise: .iana, number: 2), length: 8),  // packetDeltaCount
            FieldSpecifier(element: .init(enterprise: .iana, number: 1), length: 8),  // octetDeltaCount
            FieldSpecifier(element: .init(enterprise: .iana, number: 326), length: 4),  // digestHashValue
        ],
        scopeFieldCount: 1)

    /// The entry's octets.
    ///
    /// - Precondition: the Sets are no longer than ``longestSets``.
    static func octets(
        of message: ExportedMessage, messagesBefore: UInt32, recordsBefore: UInt32, exportTime: UInt32, domain: UInt32
    ) -> [UInt8] {
        let header = MessageHeader(
            messageLength: UInt16(message.sets.count + overhead), exportTime: exportTime,
            sequenceNumber: messagesBefore &+ recordsBefore, observationDomainID: domain)
        var writer = OctetWriter(reserving: Int(header.messageLength))
        writer.append(contentsOf: header.octets)
        writer.append(contentsOf: message.sets)
        writer.append(setID)
        writer.append(UInt16(trailerLength))
        writer.append(UInt8(0))
        writer.append(messagesBefore &+ 1)
        writer.append(recordsBefore &+ message.recordCount)
        writer.append(UInt32(clamping: message.flows.records))
        writer.append(message.flows.packets)
        writer.append(message.flows.octets)
        writer.append(CRC32C.checksum(of: writer.octets.span, in: 0..<writer.count))
        return writer.octets
    }

    /// The entry that begins at an offset; nil when none that is whole and undamaged does.
    init?(in octets: Span<UInt8>, at start: Int) {
        guard octets.count - start >= Self.overhead else { return nil }
        let header = unsafe try? MessageHeader(reading: octets.bytes.extracting(start..<octets.count))
        guard let header, Int(header.messageLength) >= Self.overhead else { return nil }
        let end = start + Int(header.messageLength), trailer = end - Self.trailerLength
        let bytes = unsafe octets.bytes
        guard bytes.bigEndian(at: trailer, as: UInt16.self) == Self.setID,
            bytes.bigEndian(at: trailer + 2, as: UInt16.self) == UInt16(Self.trailerLength),
            bytes.bigEndian(at: end - 4, as: UInt32.self) == CRC32C.checksum(of: octets, in: start..<end - 4)
        else { return nil }
        let messages = bytes.bigEndian(at: trailer + 5, as: UInt32.self), records = bytes.bigEndian(at: trailer + 9, as: UInt32.self)
        guard messages > 0, header.sequenceNumber >= messages - 1, header.sequenceNumber - (messages - 1) <= records else { return nil }
        sets = start + MessageHeader.length..<trailer
        messagesBefore = messages - 1
        recordsBefore = header.sequenceNumber - messagesBefore
        recordCount = records - recordsBefore
        let flowCount = UInt64(bytes.bigEndian(at: trailer + 13, as: UInt32.self))
        let packets = bytes.bigEndian(at: trailer + 17, as: UInt64.self), counted = bytes.bigEndian(at: trailer + 25, as: UInt64.self)
        // A node counts all of its connections or none, but for a few.
        flows = FlowVolume(records: flowCount, packets: packets, octets: counted, uncounted: packets | counted == 0 ? flowCount : 0)
    }
}
