// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// What became of each policy rule in a range, by flows and by switches.
struct PolicyUse {
    enum Direction: String, CaseIterable { case ingress, egress }

    struct Rule {
        let direction: Direction
        /// Namespace, policy, type, rule, action.
        let identity: [ResultValue]
        /// Flows that it decided; nil when there are none.
        var traffic: Traffic?
        /// What switches counted; nil when nobody did.
        var counted: Counted?
        /// Whether a switch has or had it.
        var isKnownToSwitches = false

        var isDenying: Bool { identity[4] == .integer(2) || identity[4] == .integer(3) }

        /// Nobody saw it decide anything, and somebody looked.
        var isUnused: Bool {
            traffic == nil && isKnownToSwitches && (counted.map { ($0.flows ?? 0) == 0 && ($0.packets ?? 0) == 0 } ?? true)
        }
    }

    struct Counted {
        /// Nodes that have the rule.
        let nodes: Int64
        let observations: Int64
        let flows: Int64?
        let packets: Int64?
        let octets: Int64?
    }

    /// Busiest by flows first, then by what switches counted.
    var rules: [Rule]
    let totals: Traffic
    let halves: ObservedHalves

    static func fields(_ direction: Direction) -> [FlowField] {
        switch direction {
        case .ingress:
            [
                .ingressNetworkPolicyNamespace, .ingressNetworkPolicyName, .ingressNetworkPolicyType, .ingressNetworkPolicyRuleName,
                .ingressNetworkPolicyRuleAction,
            ]
        case .egress:
            [
                .egressNetworkPolicyNamespace, .egressNetworkPolicyName, .egressNetworkPolicyType, .egressNetworkPolicyRuleName,
                .egressNetworkPolicyRuleAction,
            ]
        }
    }

    static func query(_ question: TopQuery, _ direction: Direction) -> TopQuery {
        var query = question
        query.key = GroupKey(fields(direction))
        query.limit = nil
        return query
    }

    init(_ question: TopQuery, from source: any QuerySource) throws {
        struct Key: Hashable {
            let direction: Direction
            let identity: [ResultValue]
        }
        var rules: [Key: Rule] = [:]
        var order: [Key] = []
        func change(_ key: Key, _ body: (inout Rule) -> Void) {
            if rules[key] == nil { order.append(key) }
            var rule = rules[key] ?? Rule(direction: key.direction, identity: key.identity)
            body(&rule)
            rules[key] = rule
        }
        var (totals, halves) = (Traffic(), ObservedHalves())
        for direction in Direction.allCases {
            let result = try source.top(Self.query(question, direction))
            (totals, halves) = (result.totals, result.halves)
            for group in result.groups where group.key.contains(where: { $0 != .null }) {
                change(Key(direction: direction, identity: group.key)) { $0.traffic = group.traffic }
            }
        }
        if question.filter == nil {
            for row in try source.policyRules(in: question.range).rows {
                let isEgress = row[5..<10].contains { $0 != .null }
                let key = Key(direction: isEgress ? .egress : .ingress, identity: Array(isEgress ? row[5..<10] : row[0..<5]))
                // Types may be told by one view only.
                let known = order.first { $0.direction == key.direction && Self.isSame($0.identity, key.identity) } ?? key
                change(known) { rule in
                    rule.isKnownToSwitches = true
                    let observations = row[11].integer ?? 0
                    guard observations > 0 else { return }
                    rule.counted = Counted(
                        nodes: row[10].integer ?? 0, observations: observations, flows: row[12].integer, packets: row[13].integer,
                        octets: row[14].integer)
                }
            }
        }
        self.totals = totals
        self.halves = halves
        self.rules = order.compactMap { rules[$0] }.enumerated().sorted { a, b in
            let (left, right) = (a.element, b.element)
            let measures = (
                left.traffic?.connections ?? 0, right.traffic?.connections ?? 0, left.counted?.packets ?? 0, right.counted?.packets ?? 0
            )
            if measures.0 != measures.1 { return measures.0 > measures.1 }
            return measures.2 == measures.3 ? a.offset < b.offset : measures.2 > measures.3
        }.map(\.element)
    }

    /// The same but for the type, which need not be known.
    private static func isSame(_ a: [ResultValue], _ b: [ResultValue]) -> Bool {
        a[0] == b[0] && a[1] == b[1] && a[3] == b[3] && a[4] == b[4] && (a[2] == b[2] || a[2] == .null || b[2] == .null)
    }
}
