// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@testable import OpenVSwitch

/// Flow and port statistics of a running Open vSwitch.
@Suite struct SwitchStatisticsTests {
    /// Antrea's tables in small: rule 201 admits on egress, 101 on ingress, 666 and 667 refuse, in both of the ways flows tell it.
    private static let flows = [
        "table=0,priority=1,ip,actions=ct(table=1,zone=65520)",
        "table=1,priority=2,ct_state=+new+trk,udp,tp_dst=9998 actions=load:1->NXM_NX_REG0[10],load:667->NXM_NX_REG3[],goto_table:5",
        "table=1,priority=2,ct_state=+new+trk,udp,tp_dst=9999 actions=goto_table:4",
        "table=1,priority=1,ct_state=+new+trk,ip,actions=ct(commit,table=2,zone=65520,exec(load:0xc900000065->NXM_NX_CT_LABEL[0..63]))",
        "table=1,priority=1,ct_state=-new+trk,ip,actions=goto_table:2",
        "table=2,priority=5,cookie=0x1020000000000,ct_state=+new,ct_label=0xc900000000/0xffffffff00000000,ip actions=goto_table:3",
        "table=2,priority=5,cookie=0x1020000000000,ct_state=-new,ct_label=0xc900000000/0xffffffff00000000,ip actions=goto_table:3",
        "table=3,priority=5,cookie=0x1020000000000,ct_state=+new,ct_label=0x65/0xffffffff,ip actions=NORMAL",
        "table=3,priority=5,cookie=0x1020000000000,ct_state=-new,ct_label=0x65/0xffffffff,ip actions=NORMAL",
        "table=4,priority=5,cookie=0x102000000029a,udp,actions=load:1->NXM_NX_REG0[10],controller(max_len=128,userdata=01.04)",
        "table=4,priority=4,cookie=0x102000000029c,udp,actions=NORMAL",
        "table=5,priority=5,cookie=0x1020000000000,reg0=0x400/0x400,reg3=667,actions=drop",
        "table=5,priority=4,cookie=0x1010000000000,reg0=0x400/0x400,reg3=668,actions=drop",
    ]
    private static let policy = PolicyFlows(directions: [4: .ingress])

    @Test("where cookies tell rules, each flow of the tables counts for its own")
    func cookies() throws {
        let ovs = try RealSwitch()
        try ovs.replaceFlows([
            "table=0,priority=1,ip,actions=ct(table=1,zone=7)",
            "table=1,priority=9,cookie=0x500000007,ct_state=+new+trk,udp,tp_dst=53 actions=ct(commit,zone=7,table=2)",
            "table=1,priority=9,cookie=0x500000007,ct_state=-new+trk,udp actions=NORMAL",
            "table=1,priority=8,cookie=0x500000008,ct_state=+new+trk,udp actions=drop",
            "table=1,priority=1,actions=NORMAL",
            "table=2,priority=1,cookie=0x9,actions=NORMAL",
        ])
        var policy = PolicyFlows(cookie: 0x5_0000_0000, cookieMask: 0xF_0000_0000, tables: [1], directions: [1: .ingress], layout: .cookie)
        let client = OpenFlowClient(socketPath: ovs.managementSocket)
        for _ in 0..<3 { try ovs.receive(port: 1, from: "10.0.0.1", 1000, to: "10.0.0.2", 53) }
        try ovs.receive(port: 2, from: "10.0.0.2", 53, to: "10.0.0.1", 1000)
        try ovs.receive(port: 1, from: "10.0.0.1", 1001, to: "10.0.0.2", 9999)
        try ovs.settleCounters()
        var meter = RuleMeter(nodeName: "node")
        let rules = meter.observe(try client.ruleCounts(policy), at: Timestamp(seconds: 1_800_000_000))
        #expect(rules.map(\.rule.number) == [7, 8] && rules.map(\.rule.action) == [.allow, .drop])
        #expect(rules.allSatisfy { $0.rule.direction == .ingress })
        #expect(rules.map(\.total.packets) == [4, 1])
        #expect(rules.map(\.total.sessions) == [3, 1])
        (policy.cookie, policy.cookieMask, policy.tables, policy.directions) = (0, 0, [1, 2], [:])
        let all = try client.ruleCounts(policy)
        #expect(Set(all.map(\.rule.number)) == [7, 8, 9] && all.allSatisfy { $0.rule.direction == nil })
    }

    @Test("rules are counted as they admit and refuse, and carry on when their flows are installed again")
    func rules() throws {
        let ovs = try RealSwitch()
        try ovs.replaceFlows(Self.flows)
        let client = OpenFlowClient(socketPath: ovs.managementSocket)
        var meter = RuleMeter(nodeName: "node")
        var now = Timestamp(seconds: 1_800_000_000)
        func read() throws -> [UInt32: RuleStatistics] {
            try ovs.settleCounters()
            now = now + .seconds(60)
            let statistics = meter.observe(try client.ruleCounts(Self.policy), at: now)
            return Dictionary(uniqueKeysWithValues: statistics.map { ($0.rule.number, $0) })
        }
        let first = try read()
        #expect(Set(first.keys) == [101, 201, 666, 667] && first.values.allSatisfy { $0.growth == RuleCounters() })

        for _ in 0..<3 { try ovs.receive(port: 1, from: "10.0.0.1", 1000, to: "10.0.0.2", 53) }
        try ovs.receive(port: 2, from: "10.0.0.2", 53, to: "10.0.0.1", 1000)
        for _ in 0..<2 { try ovs.receive(port: 1, from: "10.0.0.1", 1001, to: "10.0.0.2", 9999) }
        try ovs.receive(port: 1, from: "10.0.0.1", 1001, to: "10.0.0.2", 9998)
        let second = try read()
        let admitted = RuleCounters(sessions: 3, packets: 4, octets: 4 * 92)
        #expect(second[201]?.growth == admitted && second[201]?.rule.direction == .egress && second[201]?.rule.action == .allow)
        #expect(second[101]?.growth == admitted && second[101]?.rule.direction == .ingress)
        #expect(second[666]?.growth == RuleCounters(sessions: 2, packets: 2, octets: 2 * 92) && second[666]?.rule.direction == .ingress)
        #expect(second[667]?.growth == RuleCounters(sessions: 1, packets: 1, octets: 92) && second[667]?.rule.direction == nil)
        #expect(second[667]?.rule.action == .drop && second[667]?.intervalStart == now - .seconds(60))
        #expect(try read().isEmpty)

        try ovs.replaceFlows(Self.flows)
        try ovs.receive(port: 2, from: "10.0.0.2", 53, to: "10.0.0.1", 1000)
        let third = try read()
        #expect(Set(third.keys) == [101, 201])
        #expect(third[201]?.growth == RuleCounters(sessions: 0, packets: 1, octets: 92))
        #expect(third[201]?.total == RuleCounters(sessions: 3, packets: 5, octets: 5 * 92))
    }

    @Test("flows and ports say the same in every version of OpenFlow", arguments: ["13", "14", "15"])
    func versions(name: String) throws {
        let ovs = try RealSwitch()
        try ovs.replaceFlows(Self.flows)
        try ovs.receive(port: 1, from: "10.0.0.1", 1000, to: "10.0.0.2", 53)
        try ovs.receive(port: 1, from: "10.0.0.1", 1001, to: "10.0.0.2", 9999)
        try ovs.settleCounters()
        try ovs.vsctl("set bridge br-int protocols=OpenFlow10,OpenFlow\(name)")
        let client = OpenFlowClient(socketPath: ovs.managementSocket)
        let counts = try client.ruleCounts(Self.policy)
        #expect(client.version == ["13": OpenFlowVersion.v1_3, "14": .v1_4, "15": .v1_5][name])
        #expect(counts.count == 6 && counts.allSatisfy { $0.age != nil })
        #expect(Set(counts.map(\.flow)).count == 6)
        #expect(counts.reduce(0) { $0 + $1.counters.packets } == 3)
        #expect(counts.first { $0.rule.number == 666 }?.counters.octets == 92)
        let ports = try client.portCounts().sorted { $0.number < $1.number }
        #expect(ports.map(\.number) == [1, 2, 0xFFFF_FFFE])
        let counters = try #require(ports.first?.counters)
        #expect(counters.receivedPackets == 2 && counters.receivedOctets == 212 && counters.sentPackets == 0)
        #expect(counters.receivedDropped == nil && counters.sentErrors == nil, "dummies count neither")
        #expect(ports.first?.age ?? .zero < .seconds(60))
    }

    @Test("a port is told with its pod, and its counters carry on over a restart of the switch")
    func ports() throws {
        let ovs = try RealSwitch()
        try ovs.replaceFlows(["table=0,actions=NORMAL"])
        let client = OpenFlowClient(socketPath: ovs.managementSocket)
        let pod = LocalPod(name: "web-1", namespace: "lab", addresses: [], interface: "p1")
        let known = [SwitchPort(number: 1, interface: "p1", pod: pod), SwitchPort(number: 2, interface: "p2", pod: nil)]
        var meter = PortMeter(nodeName: "node")
        _ = meter.observe(try client.portCounts(), ports: known, at: Timestamp(seconds: 0))
        for _ in 0..<3 { try ovs.receive(port: 1, from: "10.0.0.1", 1000, to: "10.0.0.2", 53) }
        let before = meter.observe(try client.portCounts(), ports: known, at: Timestamp(seconds: 60))
        #expect(before.map(\.port.interface) == ["p1", "p2"] && before.first?.port.pod?.name == "web-1")
        #expect(before.first?.growth.receivedPackets == 3 && before.last?.growth.sentPackets == 3)
        ovs.killDaemon()
        #expect(throws: OpenVSwitchError.self) { try client.portCounts() }
        try ovs.startDaemon()
        try ovs.receive(port: 1, from: "10.0.0.1", 1000, to: "10.0.0.2", 53)
        let after = meter.observe(try client.portCounts(), ports: known, at: Timestamp(seconds: 120))
        #expect(after.first?.port.interface == "p1" && after.first?.growth.receivedPackets == 1)
        #expect(after.first?.total.receivedPackets == 4 && meter.resets > 0)
    }
}
