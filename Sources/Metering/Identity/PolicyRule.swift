// SPDX-License-Identifier: Apache-2.0

/// A policy rule, as the ids in connection labels and deny flows stand for.
public struct PolicyRule: Sendable, Hashable {
    public enum Direction: String, Sendable, Hashable, CaseIterable { case ingress, egress }

    /// `ingressNetworkPolicyType` and `egressNetworkPolicyType` of the reference system.
    public enum PolicyType: UInt8, Sendable, Hashable, CaseIterable {
        case k8sNetworkPolicy = 1
        case antreaNetworkPolicy = 2
        case antreaClusterNetworkPolicy = 3
        case k8sClusterNetworkPolicy = 4
    }

    public var policy: String
    /// Nil for policies of the whole cluster.
    public var namespace: String?
    public var type: PolicyType
    public var name: String
    public var direction: Direction

    public init(policy: String, namespace: String?, type: PolicyType, name: String, direction: Direction) {
        self.policy = policy
        self.namespace = namespace
        self.type = type
        self.name = name
        self.direction = direction
    }
}

/// `…NetworkPolicyRuleAction`: what a rule did with a connection.
public enum RuleAction: UInt8, Sendable, Hashable {
    case allow = 1
    case drop = 2
    case reject = 3
}
