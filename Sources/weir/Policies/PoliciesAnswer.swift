// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// Lays out the answer to `weir policies`.
struct PoliciesAnswer {
    let use: PolicyUse
    let range: TimeRange
    let filter: FlowFilter?
    let limit: Int?
    let isUnused: Bool
    let numbers: NumberStyle

    private var rules: ArraySlice<PolicyUse.Rule> { use.rules.prefix(limit ?? .max) }

    var answer: Answer {
        var answer = Answer(command: "policies", table: table, text: text)
        answer.range = range
        if let filter { answer.question = [("where", .text("\(filter)"))] }
        answer.sums = [
            (
                "totals",
                .object([
                    ("rules", .number(use.rules.count)), ("neverHit", .number(use.rules.count(where: \.isUnused))),
                    ("connections", .number(use.totals.connections)), ("intervals", .number(use.totals.intervals)),
                ])
            )
        ]
        answer.remarks = [remark]
        return answer
    }

    private var table: ResultTable {
        var table = ResultTable(columns: [
            "direction", "networkPolicyNamespace", "networkPolicyName", "networkPolicyType", "networkPolicyRuleName",
            "networkPolicyRuleAction", "connections", "octetDeltaCount", "reverseOctetDeltaCount", "packetDeltaCount",
            "reversePacketDeltaCount",
            "nodes", "observations", "switchFlowDeltaCount", "switchPacketDeltaCount", "switchOctetDeltaCount", "neverHit",
        ])
        table.rows = rules.map { rule in
            func number(_ value: Int64?) -> ResultValue { value.map(ResultValue.integer) ?? .null }
            let traffic = rule.traffic
            let flows: [ResultValue] = [
                .integer(Int64(traffic?.connections ?? 0)), .count(traffic?.octets), .count(traffic?.reverseOctets),
                .count(traffic?.packets),
                .count(traffic?.reversePackets),
            ]
            let counted = [
                rule.counted?.nodes, rule.counted?.observations, rule.counted?.flows, rule.counted?.packets, rule.counted?.octets,
            ]
            return [.text(rule.direction.rawValue)] + rule.identity + flows + counted.map(number) + [.integer(rule.isUnused ? 1 : 0)]
        }
        table.isTruncated = rules.count < use.rules.count
        return table
    }

    private var text: TextTable {
        func right(_ title: String, _ rank: Int) -> TextTable.Column { TextTable.Column(title: title, alignment: .right, rank: rank) }
        var text = TextTable(columns: [
            TextTable.Column(title: "DIRECTION", isElastic: false, rank: 2), TextTable.Column(title: "POLICY"),
            TextTable.Column(title: "RULE"), TextTable.Column(title: "ACTION", isElastic: false, rank: 1),
            right("CONNECTIONS", 3), right("OCTETS", 5), right("REVERSE", 5), right("OVS FLOWS", 4), right("OVS PACKETS", 6),
            right("OVS OCTETS", 6), TextTable.Column(title: "HIT", isElastic: false),
        ])
        for rule in rules {
            let action = FieldText.text(rule.identity[4], of: .ingressNetworkPolicyRuleAction, numbers)
            func count(_ value: Int64?) -> String { numbers.count(value.map { UInt64(clamping: $0) }) }
            text.rows.append([
                rule.direction.rawValue, FlowColumn.podName(Array(rule.identity[0...1])), rule.identity[3].text ?? "-", action,
                numbers.count(UInt64(rule.traffic?.connections ?? 0)), numbers.octets(rule.traffic?.octets),
                numbers.octets(rule.traffic?.reverseOctets),
                count(rule.counted?.flows), count(rule.counted?.packets), numbers.octets(rule.counted?.octets.map { UInt64(clamping: $0) }),
                rule.isUnused ? "never" : "yes",
            ])
        }
        return text
    }

    private var remark: String {
        let neverHit = use.rules.count(where: \.isUnused)
        let shown = rules.count < use.rules.count ? "the first \(rules.count) of " : ""
        guard !isUnused else { return "\(shown)\(plural(neverHit, "rule")) never hit \(range.text)" }
        return
            "\(shown)\(plural(use.rules.count, "rule")) \(range.text), \(neverHit) never hit; \(plural(use.totals.connections, "connection")) in all"
    }
}
