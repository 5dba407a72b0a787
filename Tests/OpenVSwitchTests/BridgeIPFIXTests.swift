// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Metering
import Testing

@testable import OpenVSwitch

/// The IPFIX stream of a running Open vSwitch, and its configuration.
@Suite struct BridgeIPFIXTests {
    private static let flows = [
        "table=0,ip,actions=ct(table=1,zone=65520,nat)",
        "table=1,priority=2,ct_state=+new+trk,ip,nw_dst=10.96.0.10,actions=ct(commit,zone=65520,nat(dst=10.0.0.2:8080),table=2)",
        "table=1,priority=1,ct_state=+new+trk,ip,actions=ct(commit,zone=65520,table=2)",
        "table=1,priority=1,ct_state=-new+trk,ip,actions=goto_table:2", "table=2,actions=NORMAL",
    ]

    private func stream(_ ovs: RealSwitch) -> BridgeIPFIX {
        BridgeIPFIX(bridge: "br-int", databaseSocket: ovs.databaseSocket)
    }

    @Test("a bridge is told to send, told again after a crash, and told to stop; nothing is left behind")
    func configuration() throws {
        let ovs = try RealSwitch()
        let bridge = stream(ovs)
        #expect(try bridge.configuration() == nil)
        #expect(try bridge.undo() == false)
        try bridge.configure(target: "127.0.0.1:14801", observationDomainID: 7, interval: .seconds(5))
        let configured = try #require(try bridge.configuration())
        #expect(configured.targets == ["127.0.0.1:14801"] && configured.observationDomainID == 7 && configured.isOurs)
        #expect(configured.isExact)
        // As a program does that did not end in good order.
        try stream(ovs).configure(target: "127.0.0.1:14802", observationDomainID: 8, interval: .milliseconds(100))
        #expect(try bridge.configuration()?.targets == ["127.0.0.1:14802"])
        #expect(try ovs.vsctl("--bare --columns=targets list IPFIX").split(separator: "\n") == ["127.0.0.1:14802"])
        #expect(try bridge.undo())
        #expect(try bridge.configuration() == nil)
        #expect(try ovs.vsctl("--bare --columns=targets list IPFIX").isEmpty)
    }

    @Test("an operator's configuration is read, and left alone")
    func foreign() throws {
        let ovs = try RealSwitch()
        try ovs.vsctl(
            #"-- --id=@i create IPFIX targets="127.0.0.1:14803" sampling=64 obs_domain_id=3 -- set Bridge br-int ipfix=@i"#)
        let bridge = stream(ovs)
        let configured = try #require(try bridge.configuration())
        #expect(configured.targets == ["127.0.0.1:14803"] && configured.sampling == 64 && !configured.isExact && !configured.isOurs)
        #expect(throws: OpenVSwitchError.self) {
            try bridge.configure(target: "127.0.0.1:14804", observationDomainID: 1, interval: .seconds(5))
        }
        #expect(try bridge.undo() == false)
        #expect(try bridge.configuration()?.sampling == 64)
        let nowhere = BridgeIPFIX(bridge: "br-no", databaseSocket: ovs.databaseSocket)
        #expect(throws: OpenVSwitchError.self) { try nowhere.configuration() }
    }

    @Test("every packet is counted once, for the connection it belongs to, translated or not")
    func counters() throws {
        let ovs = try RealSwitch()
        try ovs.replaceFlows(Self.flows)
        let socket = try DatagramSocket()
        try stream(ovs).configure(target: "127.0.0.1:\(socket.port)", observationDomainID: 9, interval: .seconds(1))
        var receiver = BridgeFlowStream(observationDomainID: 9)
        var counts: [DirectionCount] = []
        // Waits until the daemon has taken up what the database holds.
        try ovs.vsctl("set bridge br-int external_ids:test=1")
        for _ in 0..<3 { try ovs.receive(port: 1, from: "10.0.0.1", 1000, to: "10.96.0.10", 80) }
        try ovs.receive(port: 2, from: "10.0.0.2", 8080, to: "10.0.0.1", 1000)
        for _ in 0..<2 { try ovs.receive(port: 1, from: "10.0.0.1", 1001, to: "10.0.0.2", 53) }
        while counts.reduce(0, { $0 + $1.packets }) < 6 { receiver.receive(try socket.receive(), at: Timestamp(seconds: 0), into: &counts) }
        var accounts = DirectionAccounts(place: .received)
        accounts.add(counts, at: Timestamp(seconds: 0))
        var connections: [Connection] = []
        _ = try OVSConntrack(client: UnixctlClient(runDirectory: ovs.directory.path)).poll(into: &connections)
        try #require(connections.count == 2)
        for connection in connections {
            let isService = connection.original.destinationPort == 80
            #expect(
                accounts.counters(of: connection)
                    == Connection.Counters(
                        packets: isService ? 3 : 2, octets: isService ? 3 * 92 : 2 * 92, reversePackets: isService ? 1 : 0,
                        reverseOctets: isService ? 92 : 0))
        }
        #expect(receiver.statistics.malformed == 0 && receiver.statistics.lost == 0 && receiver.statistics.setsWithoutTemplate == 0)
        #expect(receiver.statistics.sentOn == 0, "the bridge is asked not to send what leaves")
    }

    @Test("a recorded stream of two nodes: what leaves the bridge is not counted again, and records add up")
    func recorded() throws {
        var receivers: [UInt32: BridgeFlowStream] = [:]
        var counts: [DirectionCount] = []
        for message in try Capture(fixture: "ipfix/ovs-bridge-ipfix.pcap").messages {
            let domain = UInt32(message[15])
            receivers[domain, default: BridgeFlowStream(observationDomainID: nil)].receive(
                message, at: Timestamp(seconds: 0), into: &counts)
        }
        var sums = BridgeFlowStream.Statistics()
        for receiver in receivers.values {
            let one = receiver.statistics
            #expect(one.records == one.counted + one.sentOn + one.incomplete && one.malformed == 0)
            sums.counted += one.counted
            sums.sentOn += one.sentOn
        }
        #expect(sums.counted == UInt64(counts.count) && sums.counted > 100 && sums.sentOn > 100)
        #expect(counts.allSatisfy { $0.octets >= $0.packets * 20 })
    }

    @Test("no octets make it trap", arguments: 0..<4 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var generator = OpenVSwitchTests.SeededGenerator(seed: seed)
        let messages = try Capture(fixture: "ipfix/ovs-bridge-ipfix.pcap").messages
        var receiver = BridgeFlowStream(observationDomainID: nil)
        var counts: [DirectionCount] = []
        for round in 0..<2000 {
            let message = try #require(messages.randomElement(using: &generator))
            receiver.receive(round.isMultiple(of: 3) ? message : generator.mutated(message), at: Timestamp(seconds: 0), into: &counts)
        }
        #expect(receiver.statistics.messages == 2000 && receiver.statistics.records >= UInt64(counts.count))
    }

    @Test(
        "a transaction that is refused, cut off or nonsense is an error",
        arguments: [
            #"{"id":1,"result":[{"error":"constraint violation","details":"no"}],"error":null}"#, #"{"id":1,"result":[],"error":null}"#,
            #"{"id":1,"result":null,"error":{"error":"unknown database"}}"#, #"{"id":1,"error":null,"result":{"rows":3}}"#, "HTTP/1.1", "",
        ])
    func refusals(answer: String) throws {
        let directory = try TemporaryDirectory()
        let server = try FakeServer(path: "\(directory.path)/db.sock") { _, peer in
            _ = peer.readObject()
            peer.write(answer)
        }
        #expect(throws: OpenVSwitchError.self) {
            try BridgeIPFIX(bridge: "br", databaseSocket: server.path, timeout: .seconds(5)).configuration()
        }
    }
}
