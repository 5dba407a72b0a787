// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

extension StatisticsRecord {
    /// What a rule let pass or refused, as a record.
    ///
    /// - Parameter rule: what the rule map knows of the number; its direction counts where the switch tells none. Without either the record
    ///   tells of no direction, and so of no policy and action.
    public init(_ statistics: RuleStatistics, rule: PolicyRule?, names: inout NameTable) {
        self.init(.policyRule)
        self[time: .observationTimeMilliseconds] = statistics.time
        self[time: .monitoringIntervalStartMilliSeconds] = statistics.intervalStart
        self[name: .sourceNodeName] = names.id(of: statistics.node)
        self[unsigned: .commonPropertiesId] = UInt64(statistics.rule.number)
        switch statistics.rule.direction ?? rule?.direction {
        case .ingress: set(.ingress, rule, statistics.rule.action, names: &names)
        case .egress: set(.egress, rule, statistics.rule.action, names: &names)
        case nil: break
        }
        self[unsigned: .observedFlowTotalCount] = statistics.total.sessions
        self[unsigned: .deltaFlowCount] = statistics.growth.sessions
        self[unsigned: .packetTotalCount] = statistics.total.packets
        self[unsigned: .packetDeltaCount] = statistics.growth.packets
        self[unsigned: .octetTotalCount] = statistics.total.octets
        self[unsigned: .octetDeltaCount] = statistics.growth.octets
    }

    /// What a port carried, as a record; what the port does not count stays unknown.
    public init(_ statistics: PortStatistics, names: inout NameTable) {
        self.init(.port)
        self[time: .observationTimeMilliseconds] = statistics.time
        self[time: .monitoringIntervalStartMilliSeconds] = statistics.intervalStart
        self[name: .sourceNodeName] = names.id(of: statistics.node)
        self[name: .interfaceName] = names.id(of: statistics.port.interface)
        self[unsigned: .ingressInterface] = UInt64(statistics.port.number)
        self[name: .sourcePodName] = statistics.port.pod.map { names.id(of: $0.name) }
        self[name: .sourcePodNamespace] = statistics.port.pod.map { names.id(of: $0.namespace) }
        let (total, growth) = (statistics.total, statistics.growth)
        self[unsigned: .packetTotalCount] = total.receivedPackets
        self[unsigned: .packetDeltaCount] = growth.receivedPackets
        self[unsigned: .octetTotalCount] = total.receivedOctets
        self[unsigned: .octetDeltaCount] = growth.receivedOctets
        self[unsigned: .reversePacketTotalCount] = total.sentPackets
        self[unsigned: .reversePacketDeltaCount] = growth.sentPackets
        self[unsigned: .reverseOctetTotalCount] = total.sentOctets
        self[unsigned: .reverseOctetDeltaCount] = growth.sentOctets
        self[unsigned: .droppedPacketTotalCount] = total.receivedDropped
        self[unsigned: .droppedPacketDeltaCount] = growth.receivedDropped
        self[unsigned: .reverseDroppedPacketTotalCount] = total.sentDropped
        self[unsigned: .reverseDroppedPacketDeltaCount] = growth.sentDropped
        self[unsigned: .ignoredPacketTotalCount] = total.receivedErrors
        self[unsigned: .reverseIgnoredPacketTotalCount] = total.sentErrors
    }

    private mutating func set(_ fields: PolicyFields, _ rule: PolicyRule?, _ action: RuleAction, names: inout NameTable) {
        self[unsigned: fields.action] = UInt64(action.rawValue)
        guard let rule else { return }
        self[name: fields.name] = names.id(of: rule.policy)
        self[name: fields.namespace] = rule.namespace.map { names.id(of: $0) }
        self[unsigned: fields.type] = UInt64(rule.type.rawValue)
        self[name: fields.ruleName] = names.id(of: rule.name)
    }
}

/// The fields of one direction's policy.
private struct PolicyFields {
    let name: StatisticsField
    let namespace: StatisticsField
    let type: StatisticsField
    let ruleName: StatisticsField
    let action: StatisticsField

    static let ingress = PolicyFields(
        name: .ingressNetworkPolicyName, namespace: .ingressNetworkPolicyNamespace, type: .ingressNetworkPolicyType,
        ruleName: .ingressNetworkPolicyRuleName, action: .ingressNetworkPolicyRuleAction)
    static let egress = PolicyFields(
        name: .egressNetworkPolicyName, namespace: .egressNetworkPolicyNamespace, type: .egressNetworkPolicyType,
        ruleName: .egressNetworkPolicyRuleName, action: .egressNetworkPolicyRuleAction)
}
