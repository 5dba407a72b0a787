// SPDX-License-Identifier: Apache-2.0

import Daemon
import Metering

/// The rule map: which policy rule each id in connection labels and deny flows stands for (schemas/json/rules.schema.json).
///
/// ```yaml
/// rules:
///   - {id: 101, name: allow-web-in, namespace: lab, type: K8sNetworkPolicy, rule: allow-web-in, direction: ingress, action: allow}
/// ```
///
/// `namespace` may be missing for policies of the whole cluster, `rule` for policies with one unnamed rule; `action` is for readers.
enum RulesFile {
    private static let types: [String: PolicyRule.PolicyType] = [
        "K8sNetworkPolicy": .k8sNetworkPolicy, "AntreaNetworkPolicy": .antreaNetworkPolicy,
        "AntreaClusterNetworkPolicy": .antreaClusterNetworkPolicy, "K8sClusterNetworkPolicy": .k8sClusterNetworkPolicy,
    ]

    /// - Throws: every problem of the file, with its line.
    static func read(_ path: String) throws(ConfigurationProblems) -> [UInt32: PolicyRule] {
        let rules = try ListFile.read(path, under: "rules", rule)
        return Dictionary(rules) { _, last in last }
    }

    private static func rule(_ entry: inout ListEntry) -> (UInt32, PolicyRule)? {
        let id = entry.value("id", "write a number from 1 to 4294967295") { UInt32($0).flatMap { $0 == 0 ? nil : $0 } }
        let policy = entry.value("name", "write the policy's name", ListEntry.name)
        let namespace = entry.optional("namespace", "write the policy's namespace, or leave it out", ListEntry.name)
        let type = entry.value("type", "write one of \(types.keys.sorted().joined(separator: ", "))") { types[$0] }
        let name = entry.optional("rule", "write the rule's name, or leave it out", ListEntry.name)
        let direction = entry.value("direction", "write ingress or egress") { PolicyRule.Direction(rawValue: $0) }
        _ = entry.optional("action", "write allow, drop or reject, or leave it out") {
            ["allow", "drop", "reject"].contains($0) ? $0 : nil
        }
        guard let id, let policy, let type, let direction else { return nil }
        return (id, PolicyRule(policy: policy, namespace: namespace, type: type, name: name ?? policy, direction: direction))
    }
}
