// SPDX-License-Identifier: Apache-2.0

/// A property of a statistics record. Its name is the Information Element's, everywhere, as with ``FlowField``; what it means for each
/// kind of record is in ``StatisticsSchema``.
public enum StatisticsField: UInt8, Sendable, Hashable, CaseIterable {
    // When, and where.
    case observationTimeMilliseconds, monitoringIntervalStartMilliSeconds, monitoringIntervalEndMilliSeconds, sourceNodeName

    // Policy rules.
    case commonPropertiesId
    case ingressNetworkPolicyName, ingressNetworkPolicyNamespace, ingressNetworkPolicyType
    case ingressNetworkPolicyRuleName, ingressNetworkPolicyRuleAction
    case egressNetworkPolicyName, egressNetworkPolicyNamespace, egressNetworkPolicyType
    case egressNetworkPolicyRuleName, egressNetworkPolicyRuleAction
    case observedFlowTotalCount, deltaFlowCount
    case packetTotalCount, packetDeltaCount, octetTotalCount, octetDeltaCount

    // Ports.
    case interfaceName, ingressInterface, sourcePodName, sourcePodNamespace
    case reversePacketTotalCount, reversePacketDeltaCount, reverseOctetTotalCount, reverseOctetDeltaCount
    case droppedPacketTotalCount, droppedPacketDeltaCount, reverseDroppedPacketTotalCount, reverseDroppedPacketDeltaCount
    case ignoredPacketTotalCount, reverseIgnoredPacketTotalCount

    // Processes.
    case observationDomainId, meteringProcessId, exportingProcessId
    case exportedMessageTotalCount, exportedFlowRecordTotalCount, exportedOctetTotalCount
    case ignoredOctetTotalCount
    case notSentFlowTotalCount, notSentPacketTotalCount, notSentOctetTotalCount
    case firstDropMilliseconds, lastDropMilliseconds

    // Counters by name.
    case selectorName, selectorIDTotalFlowsObserved
}
