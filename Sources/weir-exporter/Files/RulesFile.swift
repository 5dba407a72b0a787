// SPDX-License-Identifier: Apache-2.0

import Daemon
import Metering
import Yams

/// The rule map: which policy rule each id in connection labels and deny flows stands for.
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
        let text = try ConfigurationText.read(path)
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationProblems([problem(path, nil, nil, "is not YAML: \(error)", "write a list under `rules:`")])
        }
        guard let entries = node?["rules"]?.sequence else {
            throw ConfigurationProblems([problem(path, 1, "rules", "is missing", "write a list under `rules:`")])
        }
        var rules: [UInt32: PolicyRule] = [:]
        var problems: [ConfigurationProblem] = []
        for entry in entries {
            do throws(ConfigurationProblems) {
                let (id, rule) = try read(entry, path)
                rules[id] = rule
            } catch {
                problems += error.problems
            }
        }
        if !problems.isEmpty { throw ConfigurationProblems(problems) }
        return rules
    }

    private static func read(_ entry: Node, _ path: String) throws(ConfigurationProblems) -> (UInt32, PolicyRule) {
        var problems: [ConfigurationProblem] = []
        func value<Value>(_ key: String, _ remedy: String, _ parse: (String) -> Value?) -> Value? {
            guard let node = entry[key], let text = node.scalar?.string, let value = parse(text) else {
                problems.append(problem(path, entry[key]?.mark?.line ?? entry.mark?.line, key, "is missing or no value for this", remedy))
                return nil
            }
            return value
        }
        let id = value("id", "write a number from 1 to 4294967295") { UInt32($0).flatMap { $0 == 0 ? nil : $0 } }
        let name = value("name", "write the policy's name") { $0.isEmpty ? nil : $0 }
        let type = value("type", "write one of \(types.keys.sorted().joined(separator: ", "))") { types[$0] }
        let direction = value("direction", "write ingress or egress") { PolicyRule.Direction(rawValue: $0) }
        guard let id, let name, let type, let direction else { throw ConfigurationProblems(problems) }
        let rule = PolicyRule(
            policy: name, namespace: entry["namespace"]?.scalar?.string, type: type, name: entry["rule"]?.scalar?.string ?? name,
            direction: direction)
        return (id, rule)
    }

    private static func problem(_ path: String, _ line: Int?, _ key: String?, _ problem: String, _ remedy: String) -> ConfigurationProblem {
        ConfigurationProblem(file: path, line: line, key: key, problem: problem, remedy: remedy)
    }
}
