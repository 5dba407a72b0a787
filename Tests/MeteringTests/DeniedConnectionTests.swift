// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing

@Suite struct DeniedConnectionTests {
    private static let drop = PolicyRule(
        policy: "deny-9999", namespace: "shop", type: .antreaNetworkPolicy, name: "drop", direction: .ingress)

    private func packet(
        at seconds: Double, from source: IPAddress = .remote, to destination: IPAddress = .server, rule: UInt32? = 0x29A,
        action: DeniedConnection.Action = .drop, direction: DeniedConnection.Direction? = nil, label: UInt64 = 0
    ) -> DeniedConnection {
        DeniedConnection(
            tuple: .init(source: source, destination: destination, sourcePort: 40_000, destinationPort: 9999), protocolIdentifier: 6,
            rule: rule,
            action: action, direction: direction, label: .init(low: label), octets: 60, time: .at(seconds))
    }

    private func records(of packets: [DeniedConnection], in node: inout Node) -> [FlowRecord] {
        for packet in packets { node.process.observe(packet) }
        return node.expire(at: 0)
    }

    @Test("a retransmitted SYN is one attempt: reported at once, then its growth, to three packets in all")
    func retransmission() {
        var node = Node()
        var flows = records(of: [packet(at: 0)], in: &node)
        #expect(flows.count == 1 && flows[0].reason == .endOfFlow && flows[0][unsigned: .packetTotalCount] == 1)
        for second in [1.0, 3.0] {
            node.process.observe(packet(at: second))
            flows += node.expire(at: second)
        }
        #expect(flows.count == 1)
        flows += node.expire(at: 5)
        #expect(flows.count == 2)
        #expect(flows[1][unsigned: .packetTotalCount] == 3 && flows[1][unsigned: .packetDeltaCount] == 2)
        #expect(flows[1][unsigned: .octetTotalCount] == 180 && flows[1][unsigned: .octetDeltaCount] == 120)
        #expect(flows[1][unsigned: .reversePacketTotalCount] == 0)
        #expect(flows[1][time: .flowStartMilliseconds] == .at(0) && flows[1][time: .flowEndMilliseconds] == .at(3))
        #expect(node.expire(at: 10).isEmpty && node.process.statistics.denied == 3)
    }

    @Test("after a silence of the idle timeout an attempt is another")
    func another() {
        var node = Node()
        _ = records(of: [packet(at: 0)], in: &node)
        #expect(node.expire(at: 15).isEmpty)
        node.process.observe(packet(at: 16))
        let flows = node.expire(at: 16)
        #expect(flows.map { $0[unsigned: .packetTotalCount] } == [1] && flows.first?[time: .flowStartMilliseconds] == .at(16))
    }

    @Test("two rules, or two ports, are two attempts")
    func distinct() {
        var node = Node()
        let flows = records(of: [packet(at: 0), packet(at: 0, rule: 1), packet(at: 0, rule: nil), packet(at: 0, to: .client)], in: &node)
        #expect(flows.count == 4)
    }

    @Test("flush reports what has grown, due or not")
    func flush() {
        var node = Node()
        _ = records(of: [packet(at: 0)], in: &node)
        node.process.observe(packet(at: 1))
        #expect(node.flush(at: 1).map { $0[unsigned: .packetDeltaCount] } == [1])
        #expect(node.flush(at: 1).isEmpty)
    }

    @Test("at capacity a further attempt is passed over and counted, and the others go on counting")
    func capacity() {
        var node = Node { $0.capacity = 1 }
        let flows = records(of: [packet(at: 0), packet(at: 0, rule: 1), packet(at: 0)], in: &node)
        #expect(flows.map { $0[unsigned: .packetTotalCount] } == [2])
        #expect(node.process.statistics.denied == 3 && node.process.statistics.deniedOverCapacity == 1)
    }

    @Test("the rule's own direction counts most, then what the table tells, then which end is here")
    func direction() {
        var node = Node()
        node.process.update(rules: [0x29A: Self.drop], at: .at(0))
        let ingress = { (flow: FlowRecord) in
            flow[unsigned: .ingressNetworkPolicyRuleAction] == 2 && !flow.isKnown(.egressNetworkPolicyRuleAction)
        }
        let egress = { (flow: FlowRecord) in
            flow[unsigned: .egressNetworkPolicyRuleAction] == 2 && !flow.isKnown(.ingressNetworkPolicyRuleAction)
        }
        let byMap = records(of: [packet(at: 0, direction: .egress)], in: &node)
        #expect(byMap.count == 1 && byMap.allSatisfy(ingress))
        #expect(node.text(.ingressNetworkPolicyName, of: byMap.first) == "deny-9999" && byMap[0][unsigned: .ingressNetworkPolicyType] == 2)
        let byTable = records(of: [packet(at: 0, rule: 1, direction: .egress)], in: &node)
        #expect(byTable.count == 1 && byTable.allSatisfy(egress))
        let fromHere = records(of: [packet(at: 0, from: .client, to: .remote, rule: nil)], in: &node)
        #expect(fromHere.count == 1 && fromHere.allSatisfy(egress))
        let toHere = records(of: [packet(at: 0, rule: nil)], in: &node)
        #expect(toHere.count == 1 && toHere.allSatisfy(ingress))
    }

    @Test("a rejected packet says so")
    func reject() {
        var node = Node()
        #expect(records(of: [packet(at: 0, action: .reject)], in: &node).first?[unsigned: .ingressNetworkPolicyRuleAction] == 3)
    }

    @Test("refused on ingress after egress had admitted it: both verdicts")
    func bothVerdicts() {
        var node = Node()
        let admits = PolicyRule(policy: "out", namespace: "lab", type: .k8sNetworkPolicy, name: "o", direction: .egress)
        node.process.update(rules: [0x29A: Self.drop, 0xC9: admits], at: .at(0))
        let flow = records(of: [packet(at: 0, from: .client, label: 0xC9_0000_0000)], in: &node).first
        #expect(flow?[unsigned: .egressNetworkPolicyRuleAction] == 1 && node.text(.egressNetworkPolicyName, of: flow) == "out")
        #expect(flow?[unsigned: .ingressNetworkPolicyRuleAction] == 2 && flow?.type == .intraNode)
    }

    @Test("a refusal does not carry the name of the rule that had admitted the same direction before")
    func admittedBefore() {
        var node = Node()
        let admits = PolicyRule(policy: "allow-web-in", namespace: "lab", type: .k8sNetworkPolicy, name: "in", direction: .ingress)
        node.process.update(rules: [0x65: admits], at: .at(0))
        let flow = records(of: [packet(at: 0, rule: 0x777, direction: .ingress, label: 0x65)], in: &node).first
        #expect(flow?[unsigned: .ingressNetworkPolicyRuleAction] == 2)
        for field in [
            FlowField.ingressNetworkPolicyName, .ingressNetworkPolicyNamespace, .ingressNetworkPolicyRuleName, .ingressNetworkPolicyType,
        ] {
            #expect(flow?.isKnown(field) == false)
        }
    }

    @Test("where the client wanted to go is the Service, under both of its names")
    func service() {
        var node = Node()
        var denied = packet(at: 0, from: .client, to: .remote)
        denied.originalDestination = .service
        denied.originalDestinationPort = 80
        let flow = records(of: [denied], in: &node).first
        #expect(flow?[address: .destinationServiceIP] == .service && flow?[address: .destinationClusterIP] == .service)
        #expect(flow?[unsigned: .destinationServicePort] == 80)
        #expect(flow?[address: .destinationIPAddress] == .remote && flow?[unsigned: .destinationTransportPort] == 9999)
    }
}
