// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing

/// What a record says of a connection.
@Suite struct FlowRecordBuilderTests {
    /// The first record of one connection.
    private func record(_ connection: Connection, in node: inout Node) -> FlowRecord? {
        node.poll([connection], at: 0)
        return node.flush(at: 1).first
    }

    @Test("names are those of this node's pods, each with the node's")
    func names() {
        var node = Node()
        let outgoing = record(.sample(), in: &node)
        #expect(node.text(.sourcePodName, of: outgoing) == "client-1" && node.text(.sourcePodNamespace, of: outgoing) == "lab")
        #expect(node.text(.sourceNodeName, of: outgoing) == "node1")
        #expect(node.text(.destinationPodName, of: outgoing) == nil && node.text(.destinationNodeName, of: outgoing) == nil)

        var other = Node()
        let incoming = record(.sample(from: .remote, to: .server), in: &other)
        #expect(other.text(.destinationPodName, of: incoming) == "web-1" && other.text(.destinationNodeName, of: incoming) == "node1")
        #expect(other.text(.sourceNodeName, of: incoming) == nil)
    }

    @Test(
        "the type is told from the ends and the pods' networks",
        arguments: [
            (IPAddress.client, IPAddress.server, FlowType.intraNode), (.client, .remote, .interNode), (.remote, .server, .interNode),
            (.client, .external, .toExternal), (.external, .server, .fromExternal),
        ])
    func types(source: IPAddress, destination: IPAddress, expected: FlowType) {
        var node = Node()
        #expect(record(.sample(from: source, to: destination), in: &node)?.type == expected)
        var blind = Node { $0.podNetworks = [] }
        #expect(record(.sample(from: source, to: destination), in: &blind)?.type == (expected == .intraNode ? expected : nil))
    }

    @Test("a connection between two others has no type")
    func foreignType() {
        var node = Node { $0.onlyLocalPods = false }
        #expect(record(.sample(from: .remote, to: .external), in: &node)?.type == nil)
    }

    @Test("unknown counters are unknown in the record, not zero")
    func uncounted() {
        var node = Node()
        let flow = record(.sample(counters: nil), in: &node)
        for counter in FlowCounter.allCases {
            #expect(flow?.isKnown(counter.total(.common)) == false && flow?.isKnown(counter.delta(.common)) == false)
        }
    }

    @Test("a quiet connection without counters is not reported again until its entry was refreshed")
    func uncountedActivity() {
        var node = Node()
        let entry = { (timeout: UInt32) in Connection.sample(counters: nil).with { $0.timeoutSeconds = timeout } }
        node.poll([entry(300)], at: 0)
        #expect(node.poll([entry(295)], at: 5).count == 1)
        #expect(node.poll([entry(290)], at: 10).isEmpty && node.poll([entry(286)], at: 15).isEmpty)
        #expect(node.poll([entry(300)], at: 20).count == 1)
        #expect(node.poll([entry(295)], at: 25).isEmpty)
    }

    @Test("destination translation: the key has the endpoint, the Service's fields what was dialled")
    func destinationTranslation() {
        var node = Node()
        let connection = Connection.sample(to: .service).with {
            $0.original.destinationPort = 80
            $0.reply.source = .remote
        }
        let flow = record(connection, in: &node)
        #expect(flow?[address: .destinationIPAddress] == .remote && flow?[unsigned: .destinationTransportPort] == 8080)
        #expect(flow?[address: .destinationServiceIP] == .service && flow?[address: .destinationClusterIP] == .service)
        #expect(flow?[unsigned: .destinationServicePort] == 80)
        #expect(flow?.isKnown(.proxySnatIP) == false)
    }

    @Test("without translation there is no Service and no translated source")
    func noTranslation() {
        var node = Node()
        let flow = record(.sample(), in: &node)
        for field in [FlowField.destinationServiceIP, .destinationClusterIP, .destinationServicePort, .proxySnatIP, .proxySnatPort] {
            #expect(flow?.isKnown(field) == false)
        }
    }

    @Test("source translation: the key has the client, the proxy's fields what replaced it")
    func sourceTranslation() {
        var node = Node()
        let connection = Connection.sample(from: .external, to: .server).with {
            $0.reply.destination = .gateway
            $0.reply.destinationPort = 51_000
        }
        let flow = record(connection, in: &node)
        #expect(flow?[address: .sourceIPAddress] == .external && flow?[unsigned: .sourceTransportPort] == 40_000)
        #expect(flow?[address: .proxySnatIP] == .gateway && flow?[unsigned: .proxySnatPort] == 51_000)
    }

    @Test("ICMP exchanges are told apart by their identifier, with type and code in a field of their own")
    func icmp() {
        var node = Node()
        let echo = { (identifier: UInt16) in
            Connection(
                original: .init(source: .client, destination: .remote, icmp: .init(identifier: identifier, type: 8, code: 0)),
                reply: .init(source: .remote, destination: .client, icmp: .init(identifier: identifier, type: 0, code: 0)),
                protocolIdentifier: 1, zone: 65520, mark: 3, counters: .init(packets: 1, octets: 84))
        }
        node.poll([echo(17), echo(18)], at: 0)
        let flows = node.flush(at: 1)
        #expect(flows.count == 2)
        #expect(Set(flows.compactMap { $0[unsigned: .sourceTransportPort] }) == [17, 18])
        #expect(flows.allSatisfy { $0[unsigned: .destinationTransportPort] == 0 && $0[unsigned: .icmpTypeCode] == 0x0800 })
        #expect(flows.allSatisfy { !$0.isKnown(.destinationServiceIP) && !$0.isKnown(.destinationServicePort) })
    }

    @Test("rules come from the label: the low word is ingress, the next egress")
    func rules() {
        var node = Node()
        let rules: [UInt32: PolicyRule] = [
            0x65: PolicyRule(policy: "allow-web-in", namespace: "lab", type: .antreaNetworkPolicy, name: "in-rule", direction: .ingress),
            0xC9: PolicyRule(
                policy: "allow-client-out", namespace: nil, type: .antreaClusterNetworkPolicy, name: "out-rule", direction: .egress),
        ]
        node.process.update(rules: rules, at: .at(0))
        let flow = record(.sample().with { $0.label = Connection.Label(high: 0xFF, low: 0xC9_0000_0065) }, in: &node)
        #expect(
            node.text(.ingressNetworkPolicyName, of: flow) == "allow-web-in" && node.text(.ingressNetworkPolicyNamespace, of: flow) == "lab"
        )
        #expect(node.text(.ingressNetworkPolicyRuleName, of: flow) == "in-rule" && flow?[unsigned: .ingressNetworkPolicyType] == 2)
        #expect(flow?[unsigned: .ingressNetworkPolicyRuleAction] == 1)
        #expect(
            node.text(.egressNetworkPolicyName, of: flow) == "allow-client-out" && flow?.isKnown(.egressNetworkPolicyNamespace) == false)
        #expect(flow?[unsigned: .egressNetworkPolicyType] == 3 && flow?[unsigned: .egressNetworkPolicyRuleAction] == 1)
    }

    @Test("a rule that the map does not have is known to have allowed, and nothing else")
    func unknownRule() {
        var node = Node()
        let flow = record(.sample().with { $0.label = Connection.Label(low: 0x65) }, in: &node)
        #expect(flow?[unsigned: .ingressNetworkPolicyRuleAction] == 1 && flow?.isKnown(.ingressNetworkPolicyName) == false)
        #expect(flow?.isKnown(.egressNetworkPolicyRuleAction) == false)
    }

    @Test("protocols without states have none", arguments: [17, 132] as [UInt8])
    func noState(protocolIdentifier: UInt8) {
        var node = Node()
        let flow = record(.sample(state: nil).with { $0.protocolIdentifier = protocolIdentifier }, in: &node)
        #expect(flow?.isKnown(.tcpState) == false && flow?[unsigned: .protocolIdentifier] == UInt64(protocolIdentifier))
    }
}
