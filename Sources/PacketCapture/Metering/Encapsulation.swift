// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Where the packet inside a tunnel's packet begins.
///
/// IP in IP (RFC 2003, RFC 4213), GRE (RFC 2784, RFC 2890), VXLAN (RFC 7348) and Geneve (RFC 8926), at most four tunnels deep. A tunnel's
/// packet that is a fragment, or carries no IP packet, is taken for itself.
enum Encapsulation {
    private static let greatestDepth = 4

    /// The innermost packet and its offset; the outer one where there is nothing inside.
    static func innermost(_ outer: InternetPacket, at offset: Int, in octets: Span<UInt8>) -> (packet: InternetPacket, offset: Int) {
        var packet = outer
        var offset = offset
        for _ in 0..<greatestDepth {
            guard packet.fragment == nil, let start = inside(packet, octets), let next = InternetPacket(reading: octets, at: start),
                start < packet.payload.upperBound
            else { break }
            packet = next
            offset = start
        }
        return (packet, offset)
    }

    private static func inside(_ packet: InternetPacket, _ octets: Span<UInt8>) -> Int? {
        let start = packet.payload.lowerBound
        switch packet.protocolNumber {
        case ProtocolNumber.ipInIP, ProtocolNumber.ip6InIP: return start
        case ProtocolNumber.gre: return insideGRE(octets, at: start)
        case ProtocolNumber.udp:
            switch octets.uint16(at: start + 2) {
            // Linux used 8472 for VXLAN before it had a number of its own, and some overlays still do.
            case 4789, 8472: return insideVXLAN(octets, at: start + 8)
            case 6081: return insideGeneve(octets, at: start + 8)
            default: return nil
            }
        default: return nil
        }
    }

    private static func insideGRE(_ octets: Span<UInt8>, at start: Int) -> Int? {
        guard let flags = octets.uint16(at: start), let type = octets.uint16(at: start + 2) else { return nil }
        // Routing (RFC 1701) and other versions (RFC 2637) are not read.
        guard flags & 0x4007 == 0 else { return nil }
        // Checksum, key and sequence number, of four octets each.
        let options = Int(flags >> 15 & 1) + Int(flags >> 13 & 1) + Int(flags >> 12 & 1)
        return network(type, octets, at: start + 4 + 4 * options)
    }

    private static func insideVXLAN(_ octets: Span<UInt8>, at start: Int) -> Int? {
        guard let flags = octets.octet(at: start), flags & 0x08 != 0 else { return nil }
        return network(transparentEthernet, octets, at: start + 8)
    }

    private static func insideGeneve(_ octets: Span<UInt8>, at start: Int) -> Int? {
        guard let first = octets.octet(at: start), first >> 6 == 0, let type = octets.uint16(at: start + 2) else { return nil }
        return network(type, octets, at: start + 8 + Int(first & 0x3F) * 4)
    }

    private static let transparentEthernet: UInt16 = 0x6558

    private static func network(_ etherType: UInt16, _ octets: Span<UInt8>, at start: Int) -> Int? {
        guard start < octets.count else { return nil }
        let rest = octets.extracting(start...)
        switch etherType {
        case 0x0800, 0x86DD: return LinkType.rawIP.networkOffset(in: rest).map { start + $0 }
        case transparentEthernet: return LinkType.ethernet.networkOffset(in: rest).map { start + $0 }
        default: return nil
        }
    }
}
