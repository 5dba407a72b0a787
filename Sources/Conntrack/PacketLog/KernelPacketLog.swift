// SPDX-License-Identifier: Apache-2.0

import Glibc
public import IPFIX
public import Metering

/// Packets that rules of nftables or iptables log to a group of the kernel's packet log (NFLOG), as denied connections.
///
///     nft add rule inet filter forward ip daddr 10.10.1.9 tcp dport 22 log group 5 prefix "weir drop ingress 666" drop
///
/// Each group has one reader in a network namespace. Reading blocks the calling thread. It needs CAP_NET_ADMIN to begin, and nothing
/// to go on. The socket belongs to the network namespace of the thread that opened it.
public struct KernelPacketLog: ~Copyable, Sendable {
    public static let defaultPacketsPerSecond = 1000
    /// Enough for the headers that are read: an IPv6 header, extensions, and the ports.
    private static let copiedOctets: UInt32 = 128
    private static let bufferLengthInOctets = 131_072
    private static let receiveBuffer = 4 << 20

    private let socket: NetfilterSocket
    private var buffer = [UInt8](repeating: 0, count: Self.bufferLengthInOctets)
    private var parser: PacketLogParser

    /// Begins to read a group.
    ///
    /// - Parameters:
    ///   - packetsPerSecond: how many packets are handed over at most; those beyond are counted.
    ///   - patience: how long `read` waits for a first packet.
    public init(
        group: UInt16, packetsPerSecond: Int = Self.defaultPacketsPerSecond, patience: Duration = .milliseconds(500)
    ) throws(ConntrackError) {
        let socket = try NetfilterSocket(timeout: patience)
        _ = try socket.enlargeReceiveBuffer(octets: Self.receiveBuffer)
        try socket.send(Self.request(group: group))
        try Self.awaitAcknowledgement(group: group, socket)
        self.init(socket: socket, packetsPerSecond: packetsPerSecond)
    }

    init(socket: consuming NetfilterSocket, packetsPerSecond: Int) {
        self.socket = socket
        parser = PacketLogParser(packetsPerSecond: packetsPerSecond)
    }

    /// What came since the reading began.
    public var statistics: PacketLogStatistics { parser.statistics }

    /// Waits for a packet, then appends it and those that wait behind it.
    ///
    /// - Parameters:
    ///   - limit: how many datagrams are read at most; the kernel puts up to about a hundred packets into one.
    ///   - now: the time that packets get, and by which the rate is limited.
    public mutating func read(upTo limit: Int, at now: () -> Timestamp, into denied: inout [DeniedConnection]) throws(ConntrackError) {
        // A copy, because the span of a buffer of `self` keeps the rest of `self` from being changed.
        var parser = parser
        defer { self.parser = parser }
        var patience = NetfilterSocket.Patience.wait
        for _ in 0..<limit {
            switch try socket.arrival(into: &buffer, patience) {
            case .nothing: return
            case .lost: parser.noteOverflow()
            case .datagram(let length):
                _ = parser.receive(buffer.span.extracting(..<length), at: now()) { denied.append($0) }
            }
            patience = .look
        }
    }

    /// The acknowledgement comes before the first packet or among them.
    private static func awaitAcknowledgement(group: UInt16, _ socket: borrowing NetfilterSocket) throws(ConntrackError) {
        var buffer = [UInt8](repeating: 0, count: bufferLengthInOctets)
        for _ in 0..<longestWait {
            let length = try socket.receive(into: &buffer)
            var ignored = PacketLogParser(packetsPerSecond: 1)
            switch ignored.receive(buffer.span.extracting(..<length), at: Timestamp(milliseconds: 0), { _ in }) {
            case .unfinished: continue
            case .done: return
            case .failed(let errno): throw .refused(.readLog(group: group), errno: errno)
            case .overrun: throw .overrun
            }
        }
        throw .overrun
    }

    /// Datagrams before the acknowledgement.
    private static let longestWait = 1000

    /// Binds to the group, asks for the beginning of packets, for sequence numbers, and to wait for others at most 0.1 s.
    private static func request(group: UInt16) -> [UInt8] {
        let body =
            [0, 0] + networkOctets(group)
            + attribute(.command, [bind]) + attribute(.mode, networkOctets(copiedOctets) + [copyPacket, 0])
            + attribute(.timeout, networkOctets(UInt32(10))) + attribute(.flags, networkOctets(sequenceNumbers))
        let header = NetlinkHeader(
            type: NetlinkMessageType.logConfiguration, flags: [.request, .acknowledge], sequenceNumber: 1, bodyLength: body.count)
        return header.octets + body
    }

    private static func attribute(_ type: PacketLogSetting, _ value: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: netlinkAligned(value.count) - value.count)
        return nativeOctets(UInt16(4 + value.count)) + nativeOctets(type.rawValue) + value + padding
    }

    /// NFULNL_CFG_CMD_BIND, NFULNL_COPY_PACKET and NFULNL_CFG_F_SEQ.
    private static let bind: UInt8 = 1
    private static let copyPacket: UInt8 = 2
    private static let sequenceNumbers: UInt16 = 1
}
