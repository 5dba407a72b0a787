// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering

/// A connection in the table of a ``PacketMeter``.
struct PacketConnection: Sendable {
    let key: ConnectionKey
    /// Whether the first end of the key is the originator.
    let originatorIsFirst: Bool
    private(set) var first: Timestamp
    /// Tells it from others between the same ends: its beginning, or a millisecond after that of the one before.
    private let start: Timestamp
    private(set) var last: Timestamp
    private(set) var forward = PacketCount.zero
    private(set) var reverse = PacketCount.zero
    private(set) var tcp = TCPTracking()
    private var isAssociationClosed = false
    /// Whether it differs from what was told of it last.
    var isChanged = false
    /// Whether anything was told of it.
    var isTold = false

    /// - Parameters:
    ///   - isFromFirst: whether the first end of the key sent the packet.
    ///   - previous: the connection with this key that the packet ended.
    init(_ key: ConnectionKey, _ packet: MeteredPacket, isFromFirst: Bool, at time: Timestamp, after previous: PacketConnection?) {
        self.key = key
        originatorIsFirst = Self.isAnswer(packet) ? !isFromFirst : isFromFirst
        first = time
        start = previous.map { max(time, $0.start + .milliseconds(1)) } ?? time
        last = time
    }

    /// Whether a packet shows that it was the other end that began.
    private static func isAnswer(_ packet: MeteredPacket) -> Bool {
        switch (packet.signal, packet.transport) {
        case (.tcp(let flags, _, _), _): flags.isSuperset(of: [.syn, .ack]) && !flags.contains(.rst)
        case (.sctp(let chunk), _): chunk == .initiationAcknowledgment
        case (nil, .query(_, _, _, let isAnswer)): isAnswer
        default: false
        }
    }

    /// Whether a packet between the same ends is the first of another connection.
    func isBegunAnew(by packet: MeteredPacket, isFromFirst: Bool) -> Bool {
        switch packet.signal {
        case .tcp(let flags, let number, _):
            flags.isDisjoint(with: [.ack, .rst, .fin]) && flags.contains(.syn)
                && tcp.isBegunAnew(bySYN: number, isForward: isFromFirst == originatorIsFirst)
        case .sctp(.initiation): isAssociationClosed
        default: false
        }
    }

    mutating func add(_ count: PacketCount, isFromFirst: Bool, from begin: Timestamp, to end: Timestamp) {
        if isFromFirst == originatorIsFirst { forward += count } else { reverse += count }
        first = min(first, begin)
        last = max(last, end)
    }

    mutating func observe(_ packet: MeteredPacket, isFromFirst: Bool) {
        switch packet.signal {
        case .tcp(let flags, let number, let acknowledgment):
            tcp.observe(flags, sequenceNumber: number, acknowledgment: acknowledgment, isForward: isFromFirst == originatorIsFirst)
        case .sctp(.abort), .sctp(.shutdownComplete): isAssociationClosed = true
        case .sctp(.initiation): isAssociationClosed = false
        default: break
        }
    }

    /// Whether its own packets ended it.
    var hasEnded: Bool { isAssociationClosed || (key.protocolNumber == ProtocolNumber.tcp && tcp.state.isEnded) }

    var kind: PacketTimeouts.Kind {
        switch key.protocolNumber {
        case ProtocolNumber.tcp: tcpKind
        case ProtocolNumber.udp, ProtocolNumber.udpLite: reverse.packets > 0 ? .udpStream : .udp
        case ProtocolNumber.icmp: .icmp
        case ProtocolNumber.icmp6: .icmp6
        case ProtocolNumber.sctp: isAssociationClosed ? .sctpClosed : .sctp
        default: .generic
        }
    }

    private var tcpKind: PacketTimeouts.Kind {
        switch tcp.state {
        case .synSent, .synSent2: .synSent
        case .synReceived: .synReceived
        case .finWait: .finWait
        case .closeWait: .closeWait
        case .lastAck: .lastAck
        case .timeWait: .timeWait
        case .close: .close
        // A segment whose flags were not captured, or a fragment without ports.
        case .none: .generic
        default: .established
        }
    }
}

extension PacketConnection {
    func captured(_ end: CapturedConnection.End?) -> CapturedConnection {
        var status: Connection.Status = .confirmed
        if reverse.packets > 0 { status.insert(.seenReply) }
        if end != nil { status.insert(.dying) }
        let counters = Connection.Counters(
            packets: forward.packets, octets: forward.octets, reversePackets: reverse.packets, reverseOctets: reverse.octets)
        let connection = Connection(
            original: tuple(isOriginal: true), reply: tuple(isOriginal: false), protocolIdentifier: key.protocolNumber, status: status,
            tcpState: key.protocolNumber == ProtocolNumber.tcp && tcp.state != .none ? tcp.state : nil, counters: counters, start: start,
            stop: end == nil ? nil : max(start, last))
        return CapturedConnection(
            connection: connection, first: first, last: last, frameOctets: forward.frameOctets, reverseFrameOctets: reverse.frameOctets,
            end: end)
    }

    private func tuple(isOriginal: Bool) -> Connection.Tuple {
        let isFromFirst = isOriginal == originatorIsFirst
        let (source, destination) = isFromFirst ? (key.first, key.second) : (key.second, key.first)
        switch key.protocolNumber {
        case ProtocolNumber.icmp, ProtocolNumber.icmp6:
            return Connection.Tuple(source: source, destination: destination, icmp: message(isOriginal: isOriginal))
        default:
            return Connection.Tuple(
                source: source, destination: destination, sourcePort: isFromFirst ? key.firstPort : key.secondPort,
                destinationPort: isFromFirst ? key.secondPort : key.firstPort)
        }
    }

    private func message(isOriginal: Bool) -> Connection.ICMP {
        let type = UInt8(key.secondPort >> 8)
        let answer = MeteredPacket.answer(to: type, version4: key.protocolNumber == ProtocolNumber.icmp) ?? type
        return Connection.ICMP(
            identifier: key.firstPort, type: isOriginal ? type : answer, code: UInt8(truncatingIfNeeded: key.secondPort))
    }
}
