// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// An IPv4 (RFC 791) or IPv6 packet (RFC 8200): its addresses and where its payload lies.
public struct InternetPacket: Sendable, Hashable {
    public let source: IPAddress
    public let destination: IPAddress
    /// IANA's protocol number of the payload, behind all extension headers that could be read.
    public let protocolNumber: UInt8
    /// Octets of the frame, never beyond what was captured.
    public let payload: Range<Int>
    /// Octets of the payload that the packet had on the link and the capture has not.
    public let missing: Int
    /// Of a packet that is a part only.
    public let fragment: Fragment?

    public struct Fragment: Sendable, Hashable {
        public let identification: UInt32
        /// Octets of the whole packet's payload before this part.
        public let offset: Int
        public let isLast: Bool
    }
}

extension InternetPacket {
    /// Reads the packet at `offset`; nil when its headers make no sense or are not all there.
    public init?(reading octets: Span<UInt8>, at offset: Int) {
        switch octets.octet(at: offset).map({ $0 >> 4 }) {
        case 4: self.init(version4In: octets, at: offset)
        case 6: self.init(version6In: octets, at: offset)
        default: return nil
        }
    }

    private init?(version4In octets: Span<UInt8>, at offset: Int) {
        guard let first = octets.octet(at: offset), let total = octets.uint16(at: offset + 2),
            let identification = octets.uint16(at: offset + 4), let flags = octets.uint16(at: offset + 6),
            let protocolNumber = octets.octet(at: offset + 9), let source = octets.uint32(at: offset + 12),
            let destination = octets.uint32(at: offset + 16)
        else { return nil }
        let headerLength = Int(first & 15) * 4
        // A total length of zero is what a capture sees of a packet that the network card is yet to cut (segmentation offload).
        let end = total == 0 ? octets.count : offset + Int(total)
        guard headerLength >= 20, offset + headerLength <= min(end, octets.count) else { return nil }
        let isPart = flags & 0x3FFF != 0
        self.init(
            source: IPAddress(v4: source), destination: IPAddress(v4: destination), protocolNumber: protocolNumber,
            payload: (offset + headerLength)..<min(end, octets.count), missing: max(end - octets.count, 0),
            fragment: isPart
                ? Fragment(identification: UInt32(identification), offset: Int(flags & 0x1FFF) * 8, isLast: flags & 0x2000 == 0) : nil)
    }

    private init?(version6In octets: Span<UInt8>, at offset: Int) {
        guard let length = octets.uint16(at: offset + 4), let next = octets.octet(at: offset + 6),
            let source = Self.address(octets, at: offset + 8), let destination = Self.address(octets, at: offset + 24)
        else { return nil }
        // As with IPv4, and of a jumbogram (RFC 2675), the length is zero; but not where nothing follows (RFC 8200 §4.7).
        let end = length == 0 && next != ExtensionHeaders.noNextHeader ? octets.count : offset + 40 + Int(length)
        let extensions = ExtensionHeaders(reading: octets, at: offset + 40, end: min(end, octets.count), first: next)
        guard let extensions else { return nil }
        self.init(
            source: source, destination: destination, protocolNumber: extensions.protocolNumber,
            payload: extensions.payload, missing: max(end - octets.count, 0), fragment: extensions.fragment)
    }

    private static func address(_ octets: Span<UInt8>, at offset: Int) -> IPAddress? {
        guard let high = octets.uint64(at: offset), let low = octets.uint64(at: offset + 8) else { return nil }
        return IPAddress(high: high, low: low)
    }
}
