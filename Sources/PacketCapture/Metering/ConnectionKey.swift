// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What the packets of both directions of a connection have in common.
///
/// The ends are in the order of their addresses and ports, whoever speaks; those of an ICMP query are the one who asks and the one who
/// answers. An ICMP message that has no answer has a key that goes one way.
struct ConnectionKey: Sendable, Hashable {
    let first: IPAddress
    let second: IPAddress
    /// Ports of the two ends, or identifier, type and code; and the protocol.
    private let rest: UInt64

    private init(first: IPAddress, second: IPAddress, high: UInt16, low: UInt16, protocolNumber: UInt8) {
        self.first = first
        self.second = second
        rest = UInt64(high) << 32 | UInt64(low) << 16 | UInt64(protocolNumber)
    }

    var protocolNumber: UInt8 { UInt8(truncatingIfNeeded: rest) }
    /// Of ICMP the identifier of the query; zero where there is none.
    var firstPort: UInt16 { UInt16(truncatingIfNeeded: rest >> 32) }
    /// Of ICMP the type of the query, or of the message, and the code.
    var secondPort: UInt16 { UInt16(truncatingIfNeeded: rest >> 16) }

    /// The key of a packet, and whether the first end sent it.
    static func of(_ packet: MeteredPacket) -> (key: ConnectionKey, isFromFirst: Bool) {
        switch packet.transport {
        case .query(let identifier, let type, let code, let isAnswer):
            return (
                ConnectionKey(
                    first: isAnswer ? packet.destination : packet.source, second: isAnswer ? packet.source : packet.destination,
                    high: identifier, low: UInt16(type) << 8 | UInt16(code), protocolNumber: packet.protocolNumber), !isAnswer
            )
        case .ports(let source, let destination): return ordered(packet, source, destination)
        case .none: return ordered(packet, 0, 0)
        }
    }

    private static func ordered(_ packet: MeteredPacket, _ source: UInt16, _ destination: UInt16) -> (ConnectionKey, Bool) {
        let isFromFirst = (packet.source, source) <= (packet.destination, destination)
        let key =
            isFromFirst
            ? ConnectionKey(
                first: packet.source, second: packet.destination, high: source, low: destination, protocolNumber: packet.protocolNumber)
            : ConnectionKey(
                first: packet.destination, second: packet.source, high: destination, low: source, protocolNumber: packet.protocolNumber)
        return (key, isFromFirst)
    }

    /// Spread over all bits; without the seed nobody can choose packets whose hashes meet.
    func hash(seed: UInt64) -> UInt32 {
        var hash = seed
        Self.mix(&hash, first.high)
        Self.mix(&hash, first.low)
        Self.mix(&hash, second.high)
        Self.mix(&hash, second.low)
        Self.mix(&hash, rest)
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }

    private static func mix(_ hash: inout UInt64, _ word: UInt64) {
        // An odd number without structure: the fraction of the golden ratio.
        let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        hash = (hash &+ product.high) ^ product.low
    }
}
