// SPDX-License-Identifier: Apache-2.0

/// The payloads of a packet capture: enough of pcap, Ethernet, IPv4, UDP and TCP for the fixtures, and no more.
///
/// Little-endian pcap files with Ethernet frames; no fragments, no IPv6, and TCP segments in order, as all of ours are.
public struct Capture {
    /// Of UDP datagrams, in order.
    public private(set) var datagrams: [Payload] = []
    /// Of TCP segments that carry something, in order.
    public private(set) var segments: [Payload] = []

    public struct Payload {
        public let sourcePort: UInt16
        public let destinationPort: UInt16
        public let octets: [UInt8]
    }

    public init(fixture name: String) throws {
        let file = try Fixture.octets(name)
        var position = 24
        while position + 16 <= file.count {
            let length = (0..<4).reduce(0) { $0 | Int(file[position + 8 + $1]) << (8 * $1) }
            let start = position + 16
            guard start + length <= file.count else { break }
            read(frame: Array(file[start..<start + length]))
            position = start + length
        }
    }

    /// IPFIX Messages, whichever way they were carried.
    public var messages: [[UInt8]] {
        datagrams.map(\.octets) + MessageStream.messages(in: segments.flatMap(\.octets))
    }

    private mutating func read(frame: [UInt8]) {
        guard frame.count >= 34, frame[12] == 8, frame[13] == 0 else { return }
        let header = 14 + Int(frame[14] & 15) * 4
        let end = min(frame.count, 14 + Self.integer(frame, 16))
        switch frame[23] {
        case 17: datagrams += payload(frame, ports: header, from: header + 8, to: end)
        case 6: segments += payload(frame, ports: header, from: header + Int(frame[header + 12] >> 4) * 4, to: end)
        default: break
        }
    }

    private func payload(_ frame: [UInt8], ports: Int, from start: Int, to end: Int) -> [Payload] {
        guard start < end else { return [] }
        return [
            Payload(
                sourcePort: UInt16(Self.integer(frame, ports)), destinationPort: UInt16(Self.integer(frame, ports + 2)),
                octets: Array(frame[start..<end]))
        ]
    }

    private static func integer(_ octets: [UInt8], _ offset: Int) -> Int { Int(octets[offset]) << 8 | Int(octets[offset + 1]) }
}
