// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX
import Metering
import Testing

@testable import Conntrack

@Suite struct PacketLogTests {
    private static let now = Timestamp(milliseconds: 1_795_461_003_000)

    @Test("a logged packet is a denied connection, with what its rule's prefix says")
    func packet() {
        let packet = LoggedPacketWriter.message(.v4(6, [0x9C, 0x40, 0, 22]), prefix: "weir reject ingress 666", hook: 2)
        let reading = Reading(packet)
        #expect(
            reading.denied == [
                DeniedConnection(
                    tuple: Connection.Tuple(
                        source: IPAddress(v4: 0x0A0A_0102), destination: IPAddress(v4: 0x0A0A_0203), sourcePort: 40_000, destinationPort: 22
                    ),
                    protocolIdentifier: 6, rule: 666, action: .reject, direction: .ingress, octets: 60, time: Self.now)
            ])
        #expect(reading.statistics.denied == 1 && reading.statistics.rejected == [:])
    }

    @Test("captured packets decode to what was sent and what their rules say")
    func captured() throws {
        let octets = try Fixture.octets("packet-log.bin")
        let reading = Reading(Array(octets[..<1428]), Array(octets[1428...]))
        let rejected = reading.denied.filter { $0.action == .reject }, dropped = reading.denied.filter { $0.action == .drop }
        #expect(rejected.allSatisfy { $0.rule == 666 && $0.protocolIdentifier == 6 && $0.tuple.destinationPort == 22 })
        #expect(dropped.allSatisfy { $0.rule == 12 && $0.protocolIdentifier == 17 && $0.tuple.destinationPort == 53 })
        #expect(rejected.count == 5)
        #expect(dropped.count == 4)
        #expect(reading.denied.allSatisfy { $0.direction == .egress })
        #expect(Set(dropped.map(\.octets)) == [58, 78])
        #expect(Set(reading.denied.map(\.tuple.destination)) == [IPAddress("10.10.1.9"), IPAddress("fd10:10:1::9")])
        #expect(reading.statistics.allowed == 1 && reading.statistics.rejected == [:] && reading.statistics.lost == 0)
    }

    @Test(
        "prefixes say action, direction and rule as far as they can be told",
        arguments: [
            ("weir drop egress 12", .denied(.drop), .egress, 12), ("weir 12", nil, nil, 12), ("", nil, nil, nil),
            ("WEIR:Rejected:IN:4294967295", .denied(.reject), .ingress, 4_294_967_295), ("weir drop 4294967296", .denied(.drop), nil, nil),
            ("Antrea:I:Drop:", .denied(.drop), .ingress, nil), ("Antrea:O:Allow:", .allowed, .egress, nil),
            ("web-1 dropped in 5", nil, .ingress, nil), ("weird drop 9", .denied(.drop), nil, nil),
            ("weir x9 drop reject", .denied(.drop), nil, nil),
            ("\u{FF}\u{7F} pass", .allowed, nil, nil), ("weir 99999999999999999999999999 7", nil, nil, 7),
        ] as [(String, LogPrefix.Verdict?, DeniedConnection.Direction?, UInt32?)])
    func prefix(text: String, verdict: LogPrefix.Verdict?, direction: DeniedConnection.Direction?, rule: UInt32?) {
        let octets = Array(text.utf8)
        // Safe: octets have no padding.
        let prefix = LogPrefix(0..<octets.count, of: unsafe octets.span.bytes)
        #expect(prefix.verdict == verdict)
        #expect(prefix.direction == direction)
        #expect(prefix.rule == rule)
    }

    @Test(
        "where the prefix does not say, the hook tells the direction",
        arguments: [(UInt8(0), nil), (1, .ingress), (2, nil), (3, .egress), (4, nil)] as [(UInt8, DeniedConnection.Direction?)])
    func hook(hook: UInt8, direction: DeniedConnection.Direction?) {
        let denied = Reading(LoggedPacketWriter.message(.v4(17, [0, 1, 0, 2]), prefix: "", hook: hook)).denied.first
        #expect(denied?.direction == direction)
        #expect(denied?.action == .drop && denied?.rule == nil)
    }

    @Test("ICMP is told by type, code and, for an echo, its identifier")
    func icmp() {
        let echo = Reading(LoggedPacketWriter.message(.v4(1, [8, 0, 0, 0, 0x12, 0x34, 0, 1]))).denied.first
        #expect(echo?.tuple.icmp == Connection.ICMP(identifier: 0x1234, type: 8, code: 0))
        let unreachable = Reading(LoggedPacketWriter.message(.v6(58, [1, 4, 0, 0, 9, 9, 0, 0]))).denied.first
        #expect(unreachable?.tuple.icmp == Connection.ICMP(identifier: 0, type: 1, code: 4))
    }

    @Test("IPv6 ports are found behind extension headers")
    func extensions() {
        let options: [UInt8] = [43, 0, 1, 4, 0, 0, 0, 0] + [44, 1] + [UInt8](repeating: 0, count: 14) + [17, 0, 0, 1, 0, 0, 0, 7]
        let denied = Reading(LoggedPacketWriter.message(.v6(0, options + [0, 53, 0, 54]))).denied.first
        #expect(denied?.protocolIdentifier == 17)
        #expect(denied?.tuple.sourcePort == 53 && denied?.tuple.destinationPort == 54)
        #expect(denied?.octets == 76)
    }

    @Test("a protocol without ports has none, and a packet not yet cut up has the length that is there")
    func withoutPorts() {
        var packet = LoggedPacketWriter.Packet.v4(47, [1, 2, 3, 4])
        packet.octets.replaceSubrange(2..<4, with: [0, 0])
        let denied = Reading(LoggedPacketWriter.message(packet)).denied.first
        #expect(denied?.protocolIdentifier == 47)
        #expect(denied?.tuple.sourcePort == 0 && denied?.octets == 24)
    }

    @Test(
        "what cannot be read is counted by its reason and the next packet is still read",
        arguments: [
            (.notIP, LoggedPacketWriter.message(.init(octets: [0x50] + [UInt8](repeating: 0, count: 40)))),
            (.packetHeader, LoggedPacketWriter.message(.init(octets: []))),
            (.packetHeader, LoggedPacketWriter.message(.init(octets: [0x45, 0, 0]))),
            (.packetHeader, LoggedPacketWriter.message(.v4(6, [1, 2, 3]))),
            (.packetHeader, LoggedPacketWriter.message(.v4(1, [8, 0, 0, 0]))),
            (.packetHeader, LoggedPacketWriter.message(.v6(0, [6, 255, 0, 0, 0, 0, 0, 0]))),
            (.packetHeader, LoggedPacketWriter.message(.v6(60, (0..<9).flatMap { _ in [60, 0, 0, 0, 0, 0, 0, 0] as [UInt8] }))),
            (.fragment, LoggedPacketWriter.message(.v6(44, [17, 0, 0, 8, 0, 0, 0, 1]))),
            (.fragment, LoggedPacketWriter.message(.v4(17, [0, 1, 0, 2], fragmentOffset: 3))),
            (.missingValue, EntryWriter.message([2, 0, 0, 5], type: NetlinkMessageType.loggedPacket)),
            (.valueLength, EntryWriter.message([2, 0, 0, 5] + EntryWriter.attribute(12, [1]), type: NetlinkMessageType.loggedPacket)),
            (.attributeLength, EntryWriter.message([2, 0, 0, 5, 3, 0, 1, 0], type: NetlinkMessageType.loggedPacket)),
            (.unexpectedMessage, EntryWriter.entry(.sample())),
        ] as [(RejectionReason, [UInt8])])
    func malformed(reason: RejectionReason, octets: [UInt8]) {
        let reading = Reading(octets + LoggedPacketWriter.message(.v4(17, [0, 1, 0, 2])))
        #expect(reading.statistics.rejected == [reason: 1])
        #expect(reading.denied.count == 1)
    }

    @Test("what comes faster than the rate is counted, and the rate comes back with time")
    func rate() {
        var parser = PacketLogParser(packetsPerSecond: 10)
        var denied: [DeniedConnection] = []
        let packets = (0..<25).flatMap { _ in LoggedPacketWriter.message(.v4(17, [0, 1, 0, 2])) }
        for milliseconds in [0, 0, 500, 400, 100_000] {
            _ = parser.receive(packets.span, at: Self.now + .milliseconds(milliseconds)) { denied.append($0) }
        }
        #expect(denied.count == 25)
        #expect(parser.statistics.denied == 25 && parser.statistics.overRate == 100)
    }

    @Test("rules that let packets pass are counted, whatever the rate")
    func allowed() {
        var parser = PacketLogParser(packetsPerSecond: 1)
        let packets = (0..<5).flatMap { _ in LoggedPacketWriter.message(.v4(17, [0, 1, 0, 2]), prefix: "weir allow") }
        _ = parser.receive(packets.span, at: Self.now) { _ in Issue.record("an allowed packet was handed over") }
        #expect(parser.statistics.allowed == 5 && parser.statistics.overRate == 0)
    }

    @Test("sequence numbers tell how many packets were lost, also around their end, and a log that began again lost nothing")
    func sequence() {
        var parser = PacketLogParser(packetsPerSecond: 100)
        for number in [7, 8, 11, UInt32.max - 1, 1, 2] as [UInt32] {
            let packet = LoggedPacketWriter.message(.v4(17, [0, 1, 0, 2]), sequenceNumber: number)
            _ = parser.receive(packet.span, at: Self.now) { _ in }
        }
        // 9 and 10; a number that is far ahead is one that began again; and the last one with 0.
        #expect(parser.statistics.lost == 4)
    }

    @Test("cut anywhere or changed at random, packets are read or counted and nothing traps", arguments: [UInt64(1), 2, 3])
    func hostile(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let original =
            LoggedPacketWriter.message(.v4(6, [0x9C, 0x40, 0, 22]), prefix: "weir drop in 5", sequenceNumber: 1)
            + LoggedPacketWriter.message(.v6(0, [17, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2])) + EntryWriter.done()
        for length in 0..<original.count { _ = Reading(Array(original[..<length])) }
        for round in 0..<2000 {
            var octets = original
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                octets[Int.random(in: octets.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let reading = Reading(octets)
            #expect(reading.denied.count == Int(reading.statistics.denied), "seed \(seed) round \(round)")
        }
    }

    private struct Reading {
        var denied: [DeniedConnection] = []
        var statistics = PacketLogStatistics()

        init(_ datagrams: [UInt8]...) {
            var parser = PacketLogParser(packetsPerSecond: 1000)
            for octets in datagrams { _ = parser.receive(octets.span, at: PacketLogTests.now) { denied.append($0) } }
            statistics = parser.statistics
        }
    }
}

/// Against the running kernel, in network namespaces of the tests' own. As another user than root these fail and say so.
@Suite struct KernelPacketLogLiveTests {
    @Test("packets that a rule drops are told, each with its length, and those over the rate counted")
    func dropped() throws {
        let (denied, statistics) = try inNewNetworkNamespace { () throws -> ([DeniedConnection], PacketLogStatistics) in
            try Loopback.raise()
            try LogRule.add(group: 5, prefix: "weir drop 666")
            var log = try KernelPacketLog(group: 5, packetsPerSecond: 20, patience: .seconds(5))
            for port in UInt16(20_000)..<20_030 { try Loopback.send(octets: 10, from: port, to: 9) }
            var denied: [DeniedConnection] = []
            while log.statistics.denied + log.statistics.overRate < 30 {
                try log.read(upTo: 8, at: { Timestamp(milliseconds: 5) }, into: &denied)
            }
            return (denied, log.statistics)
        }
        #expect(denied.count == 20 && statistics.overRate == 10)
        #expect(denied.allSatisfy { $0.rule == 666 && $0.action == .drop && $0.direction == .egress && $0.octets == 38 })
        #expect(denied.map(\.tuple.sourcePort) == Array(20_000..<20_020))
        #expect(denied.allSatisfy { $0.tuple.destinationPort == 9 && $0.tuple.destination == IPAddress(v4: 0x7F00_0001) })
        #expect(statistics.lost == 0 && statistics.rejected == [:])
    }

    @Test("a group that another program reads cannot be read, and the error says so")
    func taken() throws {
        let error = try inNewNetworkNamespace { () throws -> ConntrackError? in
            let first = try KernelPacketLog(group: 7)
            defer { _ = first.statistics }
            do throws(ConntrackError) {
                _ = try KernelPacketLog(group: 7)
                return nil
            } catch {
                return error
            }
        }
        #expect(error == .refused(.readLog(group: 7), errno: EPERM))
        #expect(error?.description.contains("Another program reads this group") == true)
    }
}
