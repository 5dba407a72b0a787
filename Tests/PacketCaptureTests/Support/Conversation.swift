// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import PacketCapture

/// Builds the packets of two hosts that speak with each other, and what a meter makes of them.
struct Conversation {
    static let client = IPAddress(v4: 0x0A00_0001)
    static let server = IPAddress(v4: 0x0A00_0002)
    static let client6 = IPAddress(high: 0x2001_0DB8_0000_0000, low: 1)
    static let server6 = IPAddress(high: 0x2001_0DB8_0000_0000, low: 2)

    /// Who sends.
    enum Sender { case client, server }

    private(set) var frames: [Frame] = []
    var linkType = LinkType.rawIP
    var clientPort = 40_000

    private var last: Int64 = 0

    /// - Parameter after: milliseconds since the frame before.
    mutating func send(_ packet: [UInt8], after: Int64 = 1, cutTo: Int? = nil) {
        last += after
        frames.append(Packets.frame(packet, linkType, number: frames.count + 1, milliseconds: last, cutTo: cutTo))
    }

    mutating func tcp(_ sender: Sender, _ flags: Int, number: UInt32 = 1000, acknowledging: UInt32 = 0, octets: Int = 0, after: Int64 = 1) {
        let (source, destination) = ports(sender, 80)
        let header =
            Packets.big(source, 2) + Packets.big(destination, 2) + Packets.big(Int(number), 4) + Packets.big(Int(acknowledging), 4)
            + Packets.big(5 << 12 | flags, 2) + [255, 255, 0, 0, 0, 0]
        send(Self.ipv4(sender, header + [UInt8](repeating: 7, count: octets), protocolNumber: 6), after: after)
    }

    mutating func udp(_ sender: Sender, octets: Int = 10, after: Int64 = 1) {
        let (source, destination) = ports(sender, 53)
        send(Self.ipv4(sender, Packets.udp([UInt8](repeating: 7, count: octets), from: source, to: destination)), after: after)
    }

    private func ports(_ sender: Sender, _ server: Int) -> (Int, Int) {
        sender == .client ? (clientPort, server) : (server, clientPort)
    }

    static func ipv4(
        _ sender: Sender, _ payload: [UInt8], protocolNumber: Int = 17, identification: Int = 7, offset: Int = 0,
        hasMore: Bool = false
    ) -> [UInt8] {
        let (source, destination) = sender == .client ? (client, server) : (server, client)
        return [0x45, 0] + Packets.big(20 + payload.count, 2) + Packets.big(identification, 2)
            + Packets.big(offset / 8 | (hasMore ? 0x2000 : 0), 2) + [64, UInt8(protocolNumber), 0, 0] + source.octets + destination.octets
            + payload
    }

    static func ipv6(_ sender: Sender, _ payload: [UInt8], next: Int) -> [UInt8] {
        let (source, destination) = sender == .client ? (client6, server6) : (server6, client6)
        return [0x60, 0, 0, 0] + Packets.big(payload.count, 2) + [UInt8(next), 64] + source.octets + destination.octets + payload
    }
}

/// All connections of some frames: first those that ended, in that order, then those that go on, by their beginning.
struct Metering {
    var connections: [CapturedConnection] = []
    var statistics = PacketMeterStatistics()

    init(_ frames: [Frame], _ configuration: PacketMeter.Configuration = .init()) {
        var meter = PacketMeter(configuration, seed: 1)
        for frame in frames { meter.receive(frame) }
        meter.finish()
        meter.takeEnds { connections.append($0) }
        var open: [CapturedConnection] = []
        meter.takeConnections { open.append($0) }
        connections += open.sorted { ($0.first, $0.connection.original.source) < ($1.first, $1.connection.original.source) }
        statistics = meter.statistics
    }

    /// `packets/octets` of each direction and connection.
    var counts: [String] {
        connections.map { captured in
            guard let counters = captured.connection.counters else { return "unknown" }
            return "\(counters.packets)/\(counters.octets) \(counters.reversePackets)/\(counters.reverseOctets)"
        }
    }

    var states: [Connection.TCPState?] { connections.map(\.connection.tcpState) }
    var ends: [CapturedConnection.End?] { connections.map(\.end) }
}
