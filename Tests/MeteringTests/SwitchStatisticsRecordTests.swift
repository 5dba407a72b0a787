// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing

@Suite struct SwitchStatisticsRecordTests {
    private let time = Timestamp(seconds: 1_700_000_060)
    private let start = Timestamp(seconds: 1_700_000_000)

    private func statistics(_ direction: PolicyRule.Direction?, _ action: RuleAction = .allow) -> RuleStatistics {
        RuleStatistics(
            node: "node-a", rule: PolicyRuleID(number: 7, direction: direction, action: action), time: time, intervalStart: start,
            growth: RuleCounters(sessions: 1, packets: 2, octets: 3), total: RuleCounters(sessions: 10, packets: 20, octets: 30))
    }

    private let policy = PolicyRule(policy: "dns", namespace: nil, type: .antreaClusterNetworkPolicy, name: "allow-53", direction: .egress)

    @Test("a rule's numbers, policy and times are in its record, and it can be sent")
    func rule() {
        var names = NameTable(seed: 1)
        let record = StatisticsRecord(statistics(.egress), rule: policy, names: &names)
        #expect(record[time: .observationTimeMilliseconds] == time && record[time: .monitoringIntervalStartMilliSeconds] == start)
        #expect(record[unsigned: .commonPropertiesId] == 7)
        #expect(record[name: .egressNetworkPolicyName].map { names.text(of: $0) } == "dns")
        #expect(record[name: .egressNetworkPolicyRuleName].map { names.text(of: $0) } == "allow-53")
        #expect(!record.isKnown(.egressNetworkPolicyNamespace) && !record.isKnown(.ingressNetworkPolicyName))
        #expect(record[unsigned: .egressNetworkPolicyType] == 3 && record[unsigned: .egressNetworkPolicyRuleAction] == 1)
        #expect(record[unsigned: .observedFlowTotalCount] == 10 && record[unsigned: .deltaFlowCount] == 1)
        #expect(record[unsigned: .packetTotalCount] == 20 && record[unsigned: .packetDeltaCount] == 2)
        #expect(record[unsigned: .octetTotalCount] == 30 && record[unsigned: .octetDeltaCount] == 3)
        #expect(StatisticsEncoder.template(for: record)?.groups == [.egress])
    }

    @Test("the switch's word on the direction counts before the rule map's; without either there is none")
    func direction() {
        var names = NameTable(seed: 1)
        let told = StatisticsRecord(statistics(.ingress, .drop), rule: policy, names: &names)
        #expect(told[unsigned: .ingressNetworkPolicyRuleAction] == 2 && !told.isKnown(.egressNetworkPolicyRuleAction))
        let mapped = StatisticsRecord(statistics(nil), rule: policy, names: &names)
        #expect(mapped.isKnown(.egressNetworkPolicyRuleAction))
        let unnamed = StatisticsRecord(statistics(.ingress), rule: nil, names: &names)
        #expect(StatisticsEncoder.template(for: unnamed)?.groups == [.ingress] && !unnamed.isKnown(.ingressNetworkPolicyName))
        let unknown = StatisticsRecord(statistics(nil), rule: nil, names: &names)
        #expect(StatisticsEncoder.template(for: unknown)?.groups == [])
    }

    @Test("a port's counters are in its record by direction, and what it does not count is unknown")
    func port() {
        var names = NameTable(seed: 1)
        let counters = PortCounters(receivedPackets: 1, sentPackets: 2, receivedOctets: 3, sentOctets: 4, receivedErrors: 5, sentErrors: 6)
        let pod = LocalPod(name: "web-0", namespace: "shop", addresses: [], interface: "web-0-1a2b")
        var statistics = PortStatistics(
            node: "node-a", port: SwitchPort(number: 4, interface: "web-0-1a2b", pod: pod), time: time, intervalStart: start,
            growth: counters, total: counters)
        let record = StatisticsRecord(statistics, names: &names)
        #expect(record[name: .sourcePodNamespace].map { names.text(of: $0) } == "shop")
        #expect(record[name: .interfaceName].map { names.text(of: $0) } == "web-0-1a2b")
        #expect(record[unsigned: .ingressInterface] == 4)
        #expect(record[unsigned: .packetTotalCount] == 1 && record[unsigned: .reversePacketTotalCount] == 2)
        #expect(record[unsigned: .octetDeltaCount] == 3 && record[unsigned: .reverseOctetDeltaCount] == 4)
        #expect(record[unsigned: .ignoredPacketTotalCount] == 5 && record[unsigned: .reverseIgnoredPacketTotalCount] == 6)
        #expect(!record.isKnown(.droppedPacketTotalCount) && !record.isKnown(.reverseDroppedPacketDeltaCount))
        #expect(StatisticsEncoder.template(for: record)?.groups == [.errors])
        statistics.port.pod = nil
        #expect(!StatisticsRecord(statistics, names: &names).isKnown(.sourcePodName))
    }
}
