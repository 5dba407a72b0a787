// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Octets of Messages and Sets, built by hand so that a test may build wrong ones.
public enum Wire {
    /// A whole Message with a header that fits its Sets.
    public static func message(_ sets: [UInt8]..., sequenceNumber: UInt32 = 0, domain: UInt32 = 1, exportTime: UInt32 = 0) -> [UInt8] {
        let body = sets.flatMap(\.self)
        let header = MessageHeader(
            messageLength: UInt16(MessageHeader.length + body.count), exportTime: exportTime, sequenceNumber: sequenceNumber,
            observationDomainID: domain)
        return header.octets + body
    }

    /// A Set with a length that fits its body.
    public static func set(_ id: UInt16, _ body: [UInt8]) -> [UInt8] {
        octets(id) + octets(UInt16(4 + body.count)) + body
    }

    /// The withdrawal of a template (RFC 7011 §8.1); id 2 or 3 in the Set of that id withdraws all.
    public static func withdrawal(_ id: UInt16, inSet setID: UInt16 = 2) -> [UInt8] {
        set(setID, octets(id) + octets(UInt16(0)))
    }

    /// Integers in network byte order.
    public static func octets<each Integer: FixedWidthInteger>(_ values: repeat each Integer) -> [UInt8] {
        var writer = OctetWriter()
        for value in repeat each values { writer.append(value) }
        return writer.octets
    }

    /// A short string as a variable-length value: its length in one octet before it.
    public static func string(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
}
