// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Rules and ports: what a node's switch counted.
extension StatisticsSchema {
    static let policyRule: [StatisticsFieldDefinition] =
        [
            observationTime,
            intervalStart,
            define(.sourceNodeName, .sourceNodeName, .identity, isZeroUnknown: true, "The node that observed."),
            define(
                .commonPropertiesId, StatisticsElement.commonPropertiesId, .identity,
                "The rule's number on that node, as connection labels carry it."),
            define(
                .ingressNetworkPolicyName, .ingressNetworkPolicyName, .identity, in: .ingress, isZeroUnknown: true,
                "Policy of an ingress rule."),
            define(
                .ingressNetworkPolicyNamespace, .ingressNetworkPolicyNamespace, .identity, in: .ingress, isZeroUnknown: true,
                "Namespace of ingressNetworkPolicyName; unknown for cluster-scoped policies."),
            define(
                .ingressNetworkPolicyType, .ingressNetworkPolicyType, .identity, in: .ingress, isZeroUnknown: true, policyTypes),
            define(
                .ingressNetworkPolicyRuleName, .ingressNetworkPolicyRuleName, .identity, in: .ingress, isZeroUnknown: true,
                "Rule of ingressNetworkPolicyName."),
            define(
                .ingressNetworkPolicyRuleAction, .ingressNetworkPolicyRuleAction, .identity, in: .ingress, isZeroUnknown: true,
                "What the ingress rule does: 1 allow, 2 drop, 3 reject."),
            define(
                .egressNetworkPolicyName, .egressNetworkPolicyName, .identity, in: .egress, isZeroUnknown: true, "Policy of an egress rule."
            ),
            define(
                .egressNetworkPolicyNamespace, .egressNetworkPolicyNamespace, .identity, in: .egress, isZeroUnknown: true,
                "Namespace of egressNetworkPolicyName; unknown for cluster-scoped policies."),
            define(.egressNetworkPolicyType, .egressNetworkPolicyType, .identity, in: .egress, isZeroUnknown: true, policyTypes),
            define(
                .egressNetworkPolicyRuleName, .egressNetworkPolicyRuleName, .identity, in: .egress, isZeroUnknown: true,
                "Rule of egressNetworkPolicyName."),
            define(
                .egressNetworkPolicyRuleAction, .egressNetworkPolicyRuleAction, .identity, in: .egress, isZeroUnknown: true,
                "What the egress rule does: 1 allow, 2 drop, 3 reject."),
            define(
                .observedFlowTotalCount, StatisticsElement.observedFlowTotalCount, .total,
                "Connections that the rule admitted since it was installed; of a rule that refuses, packets refused."),
            define(
                .deltaFlowCount, StatisticsElement.deltaFlowCount, .growth(of: .observedFlowTotalCount),
                "Growth of observedFlowTotalCount over this record's interval."),
        ] + traffic(total: "that the rule let pass or refused since it was installed")

    static let port: [StatisticsFieldDefinition] =
        [
            observationTime,
            intervalStart,
            define(.sourceNodeName, .sourceNodeName, .identity, isZeroUnknown: true, "The node whose switch has the port."),
            define(.interfaceName, StatisticsElement.interfaceName, .identity, isZeroUnknown: true, "The port's name."),
            define(
                .ingressInterface, StatisticsElement.ingressInterface, .identity, isZeroUnknown: true,
                "OpenFlow's number of the port, which changes when the port is made again."),
            define(
                .sourcePodName, .sourcePodName, .identity, isZeroUnknown: true,
                "Pod behind the port; unknown for gateways, tunnels and uplinks."),
            define(.sourcePodNamespace, .sourcePodNamespace, .identity, isZeroUnknown: true, "Namespace of sourcePodName."),
        ] + traffic(total: "that the switch received from the port since it was made")
        + [
            define(
                .reversePacketTotalCount, .packetTotalCount.reverse, .total, "Packets that the switch sent to the port since it was made."),
            define(
                .reversePacketDeltaCount, .packetDeltaCount.reverse, .growth(of: .reversePacketTotalCount),
                "Growth of reversePacketTotalCount over this record's interval."),
            define(.reverseOctetTotalCount, .octetTotalCount.reverse, .total, "Octets that the switch sent to the port since it was made."),
            define(
                .reverseOctetDeltaCount, .octetDeltaCount.reverse, .growth(of: .reverseOctetTotalCount),
                "Growth of reverseOctetTotalCount over this record's interval."),
            define(
                .droppedPacketTotalCount, StatisticsElement.droppedPacketTotalCount, .total, in: .drops,
                "Packets from the port that were dropped since it was made."),
            define(
                .droppedPacketDeltaCount, StatisticsElement.droppedPacketDeltaCount, .growth(of: .droppedPacketTotalCount), in: .drops,
                "Growth of droppedPacketTotalCount over this record's interval."),
            define(
                .reverseDroppedPacketTotalCount, StatisticsElement.droppedPacketTotalCount.reverse, .total, in: .drops,
                "Packets to the port that were dropped since it was made."),
            define(
                .reverseDroppedPacketDeltaCount, StatisticsElement.droppedPacketDeltaCount.reverse,
                .growth(of: .reverseDroppedPacketTotalCount), in: .drops,
                "Growth of reverseDroppedPacketTotalCount over this record's interval."),
            // RFC 5103 §6.1 defines no reverse of the statistics of processes, so the element stands twice, in the order of RFC 7011 §8.
            define(
                .ignoredPacketTotalCount, StatisticsElement.ignoredPacketTotalCount, .total, in: .errors,
                "Packets from the port with errors since it was made; the element's first occurrence."),
            define(
                .reverseIgnoredPacketTotalCount, StatisticsElement.ignoredPacketTotalCount, occurrence: 1, .total, in: .errors,
                "Packets to the port with errors since it was made; the element's second occurrence."),
        ]

    private static let policyTypes =
        "1 K8s NetworkPolicy, 2 Antrea NetworkPolicy, 3 Antrea ClusterNetworkPolicy, 4 K8s ClusterNetworkPolicy."

    private static let observationTime = define(
        .observationTimeMilliseconds, StatisticsElement.observationTimeMilliseconds, .time, isZeroUnknown: true,
        "Milliseconds since 1970-01-01T00:00:00Z at which the switch was asked.")

    private static let intervalStart = define(
        .monitoringIntervalStartMilliSeconds, StatisticsElement.monitoringIntervalStartMilliSeconds, .time, isZeroUnknown: true,
        "Milliseconds since 1970-01-01T00:00:00Z from which the deltas count.")

    private static func traffic(total: String) -> [StatisticsFieldDefinition] {
        [
            define(.packetTotalCount, .packetTotalCount, .total, "Packets \(total)."),
            define(
                .packetDeltaCount, .packetDeltaCount, .growth(of: .packetTotalCount),
                "Growth of packetTotalCount over this record's interval."),
            define(.octetTotalCount, .octetTotalCount, .total, "Octets \(total)."),
            define(
                .octetDeltaCount, .octetDeltaCount, .growth(of: .octetTotalCount), "Growth of octetTotalCount over this record's interval."),
        ]
    }
}
