// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

/// The addresses, protocol and ports of an IP packet of which the beginning is there.
struct PacketHeaders: Hashable {
    let tuple: Connection.Tuple
    let protocolIdentifier: UInt8
    /// Header and payload of the whole packet, in octets.
    let length: UInt32

    /// - Parameter range: of the packet from its IP header on, inside `octets`.
    init(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) {
        guard let first = range.first else { throw .packetHeader }
        switch octets.native(UInt8.self, at: first) >> 4 {
        case 4: self = try Self.v4(range, of: octets)
        case 6: self = try Self.v6(range, of: octets)
        default: throw .notIP
        }
    }

    private init(tuple: Connection.Tuple, protocolIdentifier: UInt8, length: UInt32) {
        self.tuple = tuple
        self.protocolIdentifier = protocolIdentifier
        self.length = length
    }

    /// RFC 791 §3.1.
    private static func v4(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) -> Self {
        let start = range.lowerBound
        guard range.count >= 20 else { throw .packetHeader }
        let headerLength = Int(octets.native(UInt8.self, at: start) & 0xF) * 4
        guard headerLength >= 20, headerLength <= range.count else { throw .packetHeader }
        // Only the first fragment has the ports.
        guard octets.network(UInt16.self, at: start + 6) & 0x1FFF == 0 else { throw .fragment }
        let total = octets.network(UInt16.self, at: start + 2)
        let number = octets.native(UInt8.self, at: start + 9)
        let source = IPAddress(v4: octets.network(UInt32.self, at: start + 12))
        let destination = IPAddress(v4: octets.network(UInt32.self, at: start + 16))
        return Self(
            tuple: try tuple(source, destination, number, start + headerLength..<range.upperBound, of: octets), protocolIdentifier: number,
            // A packet that the hardware will cut up may have no length yet.
            length: total == 0 ? UInt32(range.count) : UInt32(total))
    }

    /// RFC 8200 §3 and §4.
    private static func v6(_ range: Range<Int>, of octets: RawSpan) throws(RejectionReason) -> Self {
        let start = range.lowerBound
        guard range.count >= 40 else { throw .packetHeader }
        let payloadLength = octets.network(UInt16.self, at: start + 4)
        let source = address(octets, at: start + 8), destination = address(octets, at: start + 24)
        var position = start + 40
        let number = try skipExtensions(octets.native(UInt8.self, at: start + 6), &position, range.upperBound, of: octets)
        return Self(
            tuple: try tuple(source, destination, number, position..<range.upperBound, of: octets), protocolIdentifier: number,
            length: payloadLength == 0 ? UInt32(range.count) : UInt32(payloadLength) + 40)
    }

    /// - Parameter position: where the header of protocol `next` begins; at the end, where that of the result does.
    private static func skipExtensions(
        _ next: UInt8, _ position: inout Int, _ end: Int, of octets: RawSpan
    ) throws(RejectionReason) -> UInt8 {
        var next = next
        for _ in 0..<maximumExtensions {
            let length: Int
            switch next {
            case hopByHop, routing, destinationOptions:
                guard end - position >= 8 else { throw .packetHeader }
                length = (Int(octets.native(UInt8.self, at: position + 1)) + 1) * 8
            case fragment:
                guard end - position >= 8 else { throw .packetHeader }
                guard octets.network(UInt16.self, at: position + 2) & 0xFFF8 == 0 else { throw .fragment }
                length = 8
            default:
                return next
            }
            next = octets.native(UInt8.self, at: position)
            guard length <= end - position else { throw .packetHeader }
            position += length
        }
        throw .packetHeader
    }

    private static func tuple(
        _ source: IPAddress, _ destination: IPAddress, _ number: UInt8, _ transport: Range<Int>, of octets: RawSpan
    ) throws(RejectionReason) -> Connection.Tuple {
        var tuple = Connection.Tuple(source: source, destination: destination)
        let start = transport.lowerBound
        switch number {
        case icmp, icmpV6:
            guard transport.count >= 8 else { throw .packetHeader }
            let type = octets.native(UInt8.self, at: start)
            tuple.icmp = Connection.ICMP(
                identifier: isEcho(type, number) ? octets.network(UInt16.self, at: start + 4) : 0, type: type,
                code: octets.native(UInt8.self, at: start + 1))
        case tcp, udp, dccp, sctp, udpLite:
            guard transport.count >= 4 else { throw .packetHeader }
            tuple.sourcePort = octets.network(UInt16.self, at: start)
            tuple.destinationPort = octets.network(UInt16.self, at: start + 2)
        default: break
        }
        return tuple
    }

    private static func isEcho(_ type: UInt8, _ number: UInt8) -> Bool {
        number == icmp ? type == 0 || type == 8 : type == 128 || type == 129
    }

    private static func address(_ octets: RawSpan, at position: Int) -> IPAddress {
        IPAddress(high: octets.network(UInt64.self, at: position), low: octets.network(UInt64.self, at: position + 8))
    }
}

/// More extension headers than a packet has a use for.
private let maximumExtensions = 8
// IANA protocol numbers.
private let hopByHop: UInt8 = 0, icmp: UInt8 = 1, tcp: UInt8 = 6, udp: UInt8 = 17, dccp: UInt8 = 33, routing: UInt8 = 43
private let fragment: UInt8 = 44, icmpV6: UInt8 = 58, destinationOptions: UInt8 = 60, sctp: UInt8 = 132, udpLite: UInt8 = 136
