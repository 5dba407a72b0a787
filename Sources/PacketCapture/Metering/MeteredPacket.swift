// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What the headers of a packet say to metering.
struct MeteredPacket {
    enum Transport {
        case ports(source: UInt16, destination: UInt16)
        /// An ICMP message. The type is that of the question, also of an answer; what has no answer has identifier 0.
        case query(identifier: UInt16, type: UInt8, code: UInt8, isAnswer: Bool)
        /// A protocol without ports, or a packet whose ports are not to be had.
        case none
    }

    let source: IPAddress
    let destination: IPAddress
    let protocolNumber: UInt8
    var transport: Transport
    /// What a TCP segment or SCTP packet says of its connection.
    var signal: Signal?
    let count: PacketCount
    let fragment: InternetPacket.Fragment?
    /// Whether the transport has ports, but this packet does not show them, for the capture cut it.
    var isCutShort = false

    enum Signal {
        case tcp(TCPFlags, sequenceNumber: UInt32, acknowledgment: UInt32)
        case sctp(SCTPChunk)
    }
}

/// Packets with their octets.
struct PacketCount: Sendable, Hashable {
    var packets: UInt64
    /// From the IP header on, as its length says (layer 3).
    var octets: UInt64
    /// Of whole frames (layer 2).
    var frameOctets: UInt64

    static let zero = PacketCount(packets: 0, octets: 0, frameOctets: 0)

    /// Wraps around at 2⁶⁴, as Information Elements that count do.
    static func += (sum: inout PacketCount, other: PacketCount) {
        sum.packets &+= other.packets
        sum.octets &+= other.octets
        sum.frameOctets &+= other.frameOctets
    }
}

/// The flags of RFC 9293 §3.1 that change a connection.
struct TCPFlags: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let fin = TCPFlags(rawValue: 0x01)
    static let syn = TCPFlags(rawValue: 0x02)
    static let rst = TCPFlags(rawValue: 0x04)
    static let ack = TCPFlags(rawValue: 0x10)
}

/// The first chunk of a packet, where it changes an association (RFC 9260 §3.2).
enum SCTPChunk: UInt8, Sendable, Hashable {
    case initiation = 1, initiationAcknowledgment = 2, abort = 6, shutdownComplete = 14
}
