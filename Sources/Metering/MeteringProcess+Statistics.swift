// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

extension MeteringProcess {
    /// What a switch counted, as records with the names that the rule map has for the rules' numbers.
    public mutating func records(of rules: [RuleStatistics], _ ports: [PortStatistics]) -> [StatisticsRecord] {
        var records: [StatisticsRecord] = []
        records.reserveCapacity(rules.count + ports.count)
        for statistics in rules {
            let named = self.rules.rule(statistics.rule.number, at: statistics.time)
            records.append(StatisticsRecord(statistics, rule: named.map { policyRule($0) }, names: &names))
        }
        for statistics in ports { records.append(StatisticsRecord(statistics, names: &names)) }
        return records
    }

    /// What became of everything on the way to one collector, as records. What this process counts itself is added.
    public mutating func records(of report: ProcessReport) -> [StatisticsRecord] {
        var report = report
        report.ignoredPackets += statistics.deniedOverCapacity
        report.counters[.connectionsEvicted] = statistics.evicted
        report.counters[.connectionsRefused] = statistics.overCapacity
        return StatisticsRecord.records(of: report, observedFlows: statistics.connections, nodeName: nodeName, names: &names)
    }

    private func policyRule(_ named: PolicyRules.Named) -> PolicyRule {
        PolicyRule(
            policy: names.text(of: named.policy), namespace: named.namespace.map { names.text(of: $0) }, type: named.type,
            name: names.text(of: named.name), direction: named.direction)
    }
}
