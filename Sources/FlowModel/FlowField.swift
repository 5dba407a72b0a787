// SPDX-License-Identifier: Apache-2.0

/// A property of a flow record. Its name is the Information Element's, everywhere: here, on the wire, in SQL, JSON and CSV.
///
/// Where IPFIX has one element for each address family, the field stands for both and carries the name without the version
/// (`sourceIPAddress` for `sourceIPv4Address` and `sourceIPv6Address`). What a field is, is in ``FlowSchema``; the order of the
/// cases is the layout of ``FlowRecord``: fields of sixteen octets first, then those of eight or fewer.
public enum FlowField: UInt8, Sendable, Hashable, CaseIterable {
    // Sixteen octets.
    case sourceIPAddress, destinationIPAddress, destinationServiceIP, destinationClusterIP, proxySnatIP
    case sourcePodUUID, sourceNodeUUID, destinationPodUUID, destinationNodeUUID, destinationServiceUUID
    case ingressNetworkPolicyUUID, egressNetworkPolicyUUID, egressUUID, egressNodeUUID

    // Eight octets or fewer.
    case flowStartMilliseconds, flowEndMilliseconds, flowStartSeconds, flowEndSeconds, flowEndReason
    case sourceTransportPort, destinationTransportPort, protocolIdentifier, icmpTypeCode

    case packetTotalCount, octetTotalCount, reversePacketTotalCount, reverseOctetTotalCount
    case packetDeltaCount, octetDeltaCount, reversePacketDeltaCount, reverseOctetDeltaCount
    case packetTotalCountFromSourceNode, octetTotalCountFromSourceNode
    case reversePacketTotalCountFromSourceNode, reverseOctetTotalCountFromSourceNode
    case packetDeltaCountFromSourceNode, octetDeltaCountFromSourceNode
    case reversePacketDeltaCountFromSourceNode, reverseOctetDeltaCountFromSourceNode
    case packetTotalCountFromDestinationNode, octetTotalCountFromDestinationNode
    case reversePacketTotalCountFromDestinationNode, reverseOctetTotalCountFromDestinationNode
    case packetDeltaCountFromDestinationNode, octetDeltaCountFromDestinationNode
    case reversePacketDeltaCountFromDestinationNode, reverseOctetDeltaCountFromDestinationNode

    case flowEndSecondsFromSourceNode, flowEndSecondsFromDestinationNode
    case throughput, throughputFromSourceNode, throughputFromDestinationNode
    case reverseThroughput, reverseThroughputFromSourceNode, reverseThroughputFromDestinationNode

    case sourcePodName, sourcePodNamespace, sourceNodeName
    case destinationPodName, destinationPodNamespace, destinationNodeName
    case destinationServicePort, destinationServicePortName
    case ingressNetworkPolicyName, ingressNetworkPolicyNamespace, ingressNetworkPolicyType
    case ingressNetworkPolicyRuleName, ingressNetworkPolicyRuleAction
    case egressNetworkPolicyName, egressNetworkPolicyNamespace, egressNetworkPolicyType
    case egressNetworkPolicyRuleName, egressNetworkPolicyRuleAction
    case tcpState, flowType, egressName, egressIP, egressNodeName, proxySnatPort
    case sourcePodLabels, destinationPodLabels, clusterId
    case sourceWorkloadKind, sourceWorkloadName, destinationWorkloadKind, destinationWorkloadName
    case observation
}

extension FlowField {
    /// How many of the first cases take two words of a record.
    @usableFromInline static let wideCount = 14

    /// The field's first word in a record.
    @inlinable
    var word: Int {
        let index = Int(rawValue)
        return index < Self.wideCount ? index * 2 : index + Self.wideCount
    }
}
