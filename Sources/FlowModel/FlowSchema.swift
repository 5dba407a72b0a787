// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The one description of a flow record. Wire templates, SQL columns and views, JSON and CSV keys and the documentation's
/// tables are loops over it.
///
/// The order is that of the reference system's aggregated template with identifiers (79 elements), followed by what Weir adds;
/// it is the order of columns everywhere.
public enum FlowSchema {
    public static let fields: [FlowFieldDefinition] = [
        define(
            .flowStartSeconds, .one(.flowStartSeconds), .unsigned, .eachNode, .derived("flowStartMilliseconds / 1000"), isZeroUnknown: true,
            exporter: 1,
            "Seconds since 1970-01-01T00:00:00Z at which the connection began."),
        define(
            .flowEndSeconds, .one(.flowEndSeconds), .unsigned, .eachNode, .derived("flowEndMilliseconds / 1000"), isZeroUnknown: true,
            exporter: 2,
            "Seconds since 1970-01-01T00:00:00Z up to which this record counts."),
        define(
            .flowEndReason, .one(.flowEndReason), .unsigned, .eachNode, .interval, isZeroUnknown: true, exporter: 3,
            "Why the record was cut: 1 idle timeout, 2 active timeout, 3 end of flow, 4 forced end, 5 lack of resources."),
        define(
            .sourceTransportPort, .one(.sourceTransportPort), .unsigned, .key, .connection, exporter: 4,
            "Port of the client; the identifier of an ICMP echo exchange."),
        define(
            .destinationTransportPort, .one(.destinationTransportPort), .unsigned, .key, .conversation, exporter: 5,
            "Port of the endpoint that answered, after destination translation; 0 for ICMP, or where a foreign exporter puts type × 256 + code there, that."
        ),
        define(
            .protocolIdentifier, .one(.protocolIdentifier), .unsigned, .key, .conversation, exporter: 6,
            "IANA protocol number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6, 132 SCTP."),
        define(
            .packetTotalCount, .one(.packetTotalCount), .unsigned, .eachNode, .interval, exporter: 7,
            "Packets from source to destination since the connection began; the larger of what the two nodes saw."),
        define(
            .octetTotalCount, .one(.octetTotalCount), .unsigned, .eachNode, .interval, exporter: 8,
            "IP-layer octets from source to destination since the connection began; the larger of what the two nodes saw."),
        define(
            .packetDeltaCount, .one(.packetDeltaCount), .unsigned, .eachNode, .interval, exporter: 9,
            "Growth of packetTotalCount over this record's interval."),
        define(
            .octetDeltaCount, .one(.octetDeltaCount), .unsigned, .eachNode, .interval, exporter: 10,
            "Growth of octetTotalCount over this record's interval."),
        define(
            .sourceIPAddress, .byFamily(v4: .sourceIPv4Address, v6: .sourceIPv6Address), .address, .key, .connection, exporter: 11,
            "Address of the client, before source translation."),
        define(
            .destinationIPAddress, .byFamily(v4: .destinationIPv4Address, v6: .destinationIPv6Address), .address, .key, .connection,
            exporter: 12,
            "Address of the endpoint that answered, after destination translation."),
        define(
            .reversePacketTotalCount, .one(.packetTotalCount.reverse), .unsigned, .eachNode, .interval, exporter: 13,
            "Packets from destination to source since the connection began."),
        define(
            .reverseOctetTotalCount, .one(.octetTotalCount.reverse), .unsigned, .eachNode, .interval, exporter: 14,
            "IP-layer octets from destination to source since the connection began."),
        define(
            .reversePacketDeltaCount, .one(.packetDeltaCount.reverse), .unsigned, .eachNode, .interval, exporter: 15,
            "Growth of reversePacketTotalCount over this record's interval."),
        define(
            .reverseOctetDeltaCount, .one(.octetDeltaCount.reverse), .unsigned, .eachNode, .interval, exporter: 16,
            "Growth of reverseOctetTotalCount over this record's interval."),
        define(
            .sourcePodName, .one(.sourcePodName), .name, .sourceNode, .conversation, isZeroUnknown: true, exporter: 17,
            "Pod that held sourceIPAddress then."),
        define(
            .sourcePodNamespace, .one(.sourcePodNamespace), .name, .sourceNode, .conversation, isZeroUnknown: true, exporter: 18,
            "Namespace of sourcePodName."),
        define(
            .sourcePodUUID, .one(.sourcePodUUID), .uuid, .sourceNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of the source pod."),
        define(
            .sourceNodeName, .one(.sourceNodeName), .name, .sourceNode, .conversation, isZeroUnknown: true, exporter: 19,
            "Node of the source pod."),
        define(
            .sourceNodeUUID, .one(.sourceNodeUUID), .uuid, .sourceNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of the source node."),
        define(
            .destinationPodName, .one(.destinationPodName), .name, .destinationNode, .conversation, isZeroUnknown: true, exporter: 20,
            "Pod that held destinationIPAddress then."),
        define(
            .destinationPodNamespace, .one(.destinationPodNamespace), .name, .destinationNode, .conversation, isZeroUnknown: true,
            exporter: 21,
            "Namespace of destinationPodName."),
        define(
            .destinationPodUUID, .one(.destinationPodUUID), .uuid, .destinationNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of the destination pod."),
        define(
            .destinationNodeName, .one(.destinationNodeName), .name, .destinationNode, .conversation, isZeroUnknown: true, exporter: 22,
            "Node of the destination pod."),
        define(
            .destinationNodeUUID, .one(.destinationNodeUUID), .uuid, .destinationNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of the destination node."),
        define(
            .destinationServicePort, .one(.destinationServicePort), .unsigned, .sourceNode, .conversation, isZeroUnknown: true,
            exporter: 23,
            "Port of the Service that the client dialled."),
        define(
            .destinationServicePortName, .one(.destinationServicePortName), .name, .sourceNode, .conversation, isZeroUnknown: true,
            exporter: 24,
            "The Service that the client dialled, as namespace/name:port."),
        define(
            .destinationServiceUUID, .one(.destinationServiceUUID), .uuid, .sourceNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of the Service."),
        define(
            .ingressNetworkPolicyName, .one(.ingressNetworkPolicyName), .name, .destinationNode, .conversation, isZeroUnknown: true,
            exporter: 25,
            "Policy whose ingress rule decided the connection."),
        define(
            .ingressNetworkPolicyNamespace, .one(.ingressNetworkPolicyNamespace), .name, .destinationNode, .conversation,
            isZeroUnknown: true,
            exporter: 26,
            "Namespace of ingressNetworkPolicyName; unknown for cluster-scoped policies."),
        define(
            .ingressNetworkPolicyUUID, .one(.ingressNetworkPolicyUUID), .uuid, .destinationNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of the ingress policy."),
        define(
            .ingressNetworkPolicyType, .one(.ingressNetworkPolicyType), .unsigned, .destinationNode, .conversation, isZeroUnknown: true,
            exporter: 27,
            "1 K8s NetworkPolicy, 2 Antrea NetworkPolicy, 3 Antrea ClusterNetworkPolicy, 4 K8s ClusterNetworkPolicy."),
        define(
            .ingressNetworkPolicyRuleName, .one(.ingressNetworkPolicyRuleName), .name, .destinationNode, .conversation, isZeroUnknown: true,
            exporter: 28,
            "Rule of ingressNetworkPolicyName that decided."),
        define(
            .ingressNetworkPolicyRuleAction, .one(.ingressNetworkPolicyRuleAction), .unsigned, .destinationNode, .conversation,
            isZeroUnknown: true, exporter: 29,
            "What the ingress rule did: 1 allow, 2 drop, 3 reject."),
        define(
            .egressNetworkPolicyName, .one(.egressNetworkPolicyName), .name, .sourceNode, .conversation, isZeroUnknown: true, exporter: 30,
            "Policy whose egress rule decided the connection."),
        define(
            .egressNetworkPolicyNamespace, .one(.egressNetworkPolicyNamespace), .name, .sourceNode, .conversation, isZeroUnknown: true,
            exporter: 31,
            "Namespace of egressNetworkPolicyName; unknown for cluster-scoped policies."),
        define(
            .egressNetworkPolicyUUID, .one(.egressNetworkPolicyUUID), .uuid, .sourceNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of the egress policy."),
        define(
            .egressNetworkPolicyType, .one(.egressNetworkPolicyType), .unsigned, .sourceNode, .conversation, isZeroUnknown: true,
            exporter: 32,
            "1 K8s NetworkPolicy, 2 Antrea NetworkPolicy, 3 Antrea ClusterNetworkPolicy, 4 K8s ClusterNetworkPolicy."),
        define(
            .egressNetworkPolicyRuleName, .one(.egressNetworkPolicyRuleName), .name, .sourceNode, .conversation, isZeroUnknown: true,
            exporter: 33,
            "Rule of egressNetworkPolicyName that decided."),
        define(
            .egressNetworkPolicyRuleAction, .one(.egressNetworkPolicyRuleAction), .unsigned, .sourceNode, .conversation,
            isZeroUnknown: true,
            exporter: 34,
            "What the egress rule did: 1 allow, 2 drop, 3 reject."),
        define(
            .tcpState, .one(.tcpState), .name, .eachNode, .interval, isZeroUnknown: true, exporter: 35,
            "State of a TCP connection, as conntrack names it."),
        define(
            .flowType, .one(.flowType), .unsigned, .eachNode, .conversation, isZeroUnknown: true, exporter: 36,
            "1 intra-node, 2 inter-node, 3 to-external, 4 from-external."),
        define(
            .egressName, .one(.egressName), .name, .sourceNode, .conversation, isZeroUnknown: true, exporter: 37,
            "Egress object that the source pod left the cluster through."),
        define(
            .egressUUID, .one(.egressUUID), .uuid, .sourceNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of the Egress."),
        define(
            .egressIP, .one(.egressIP), .name, .sourceNode, .conversation, isZeroUnknown: true, exporter: 38,
            "Address that the Egress gave the connection, as text."),
        define(
            .egressNodeName, .one(.egressNodeName), .name, .sourceNode, .conversation, isZeroUnknown: true, exporter: 39,
            "Node that holds egressIP."),
        define(
            .egressNodeUUID, .one(.egressNodeUUID), .uuid, .sourceNode, .conversation, isZeroUnknown: true,
            "Kubernetes UID of that node."),
        define(
            .proxySnatPort, .one(.proxySnatPort), .unsigned, .sourceNode, .connection, isZeroUnknown: true, exporter: 40,
            "Source port after source translation at this hop."),
        define(
            .proxySnatIP, .byFamily(v4: .proxySnatIPv4, v6: .proxySnatIPv6), .address, .sourceNode, .connection, isZeroUnknown: true,
            exporter: 42,
            "Source address after source translation at this hop."),
        define(
            .destinationClusterIP, .byFamily(v4: .destinationClusterIPv4, v6: .destinationClusterIPv6), .address, .sourceNode,
            .derived("destinationServiceIP"), isZeroUnknown: true, exporter: 41,
            "The same as destinationServiceIP, under its older name."),
        define(
            .destinationServiceIP, .byFamily(v4: .destinationServiceIPv4, v6: .destinationServiceIPv6), .address, .sourceNode,
            .conversation,
            isZeroUnknown: true, exporter: 43,
            "Address of the Service that the client dialled, before destination translation."),
        define(
            .octetDeltaCountFromSourceNode, .one(.octetDeltaCountFromSourceNode), .unsigned, .mediator, .interval,
            "octetDeltaCount as the source node counted it."),
        define(
            .octetDeltaCountFromDestinationNode, .one(.octetDeltaCountFromDestinationNode), .unsigned, .mediator, .interval,
            "octetDeltaCount as the destination node counted it."),
        define(
            .octetTotalCountFromSourceNode, .one(.octetTotalCountFromSourceNode), .unsigned, .mediator, .interval,
            "octetTotalCount as the source node counted it."),
        define(
            .octetTotalCountFromDestinationNode, .one(.octetTotalCountFromDestinationNode), .unsigned, .mediator, .interval,
            "octetTotalCount as the destination node counted it."),
        define(
            .packetDeltaCountFromSourceNode, .one(.packetDeltaCountFromSourceNode), .unsigned, .mediator, .interval,
            "packetDeltaCount as the source node counted it."),
        define(
            .packetDeltaCountFromDestinationNode, .one(.packetDeltaCountFromDestinationNode), .unsigned, .mediator, .interval,
            "packetDeltaCount as the destination node counted it."),
        define(
            .packetTotalCountFromSourceNode, .one(.packetTotalCountFromSourceNode), .unsigned, .mediator, .interval,
            "packetTotalCount as the source node counted it."),
        define(
            .packetTotalCountFromDestinationNode, .one(.packetTotalCountFromDestinationNode), .unsigned, .mediator, .interval,
            "packetTotalCount as the destination node counted it."),
        define(
            .reverseOctetDeltaCountFromSourceNode, .one(.reverseOctetDeltaCountFromSourceNode), .unsigned, .mediator, .interval,
            "reverseOctetDeltaCount as the source node counted it."),
        define(
            .reverseOctetDeltaCountFromDestinationNode, .one(.reverseOctetDeltaCountFromDestinationNode), .unsigned, .mediator, .interval,
            "reverseOctetDeltaCount as the destination node counted it."),
        define(
            .reverseOctetTotalCountFromSourceNode, .one(.reverseOctetTotalCountFromSourceNode), .unsigned, .mediator, .interval,
            "reverseOctetTotalCount as the source node counted it."),
        define(
            .reverseOctetTotalCountFromDestinationNode, .one(.reverseOctetTotalCountFromDestinationNode), .unsigned, .mediator, .interval,
            "reverseOctetTotalCount as the destination node counted it."),
        define(
            .reversePacketDeltaCountFromSourceNode, .one(.reversePacketDeltaCountFromSourceNode), .unsigned, .mediator, .interval,
            "reversePacketDeltaCount as the source node counted it."),
        define(
            .reversePacketDeltaCountFromDestinationNode, .one(.reversePacketDeltaCountFromDestinationNode), .unsigned, .mediator, .interval,
            "reversePacketDeltaCount as the destination node counted it."),
        define(
            .reversePacketTotalCountFromSourceNode, .one(.reversePacketTotalCountFromSourceNode), .unsigned, .mediator, .interval,
            "reversePacketTotalCount as the source node counted it."),
        define(
            .reversePacketTotalCountFromDestinationNode, .one(.reversePacketTotalCountFromDestinationNode), .unsigned, .mediator, .interval,
            "reversePacketTotalCount as the destination node counted it."),
        define(
            .flowEndSecondsFromSourceNode, .one(.flowEndSecondsFromSourceNode), .unsigned, .mediator, .interval, isZeroUnknown: true,
            "flowEndSeconds of the source node's last record."),
        define(
            .flowEndSecondsFromDestinationNode, .one(.flowEndSecondsFromDestinationNode), .unsigned, .mediator, .interval,
            isZeroUnknown: true,
            "flowEndSeconds of the destination node's last record."),
        define(
            .throughput, .one(.throughput), .unsigned, .mediator, .interval,
            "Bits per second over the record's interval: octetDeltaCount × 8 ÷ its seconds."),
        define(
            .throughputFromSourceNode, .one(.throughputFromSourceNode), .unsigned, .mediator, .interval,
            "throughput from the source node's counters."),
        define(
            .throughputFromDestinationNode, .one(.throughputFromDestinationNode), .unsigned, .mediator, .interval,
            "throughput from the destination node's counters."),
        define(
            .reverseThroughput, .one(.reverseThroughput), .unsigned, .mediator, .interval,
            "Bits per second over the record's interval: reverseOctetDeltaCount × 8 ÷ its seconds."),
        define(
            .reverseThroughputFromSourceNode, .one(.reverseThroughputFromSourceNode), .unsigned, .mediator, .interval,
            "reverseThroughput from the source node's counters."),
        define(
            .reverseThroughputFromDestinationNode, .one(.reverseThroughputFromDestinationNode), .unsigned, .mediator, .interval,
            "reverseThroughput from the destination node's counters."),
        define(
            .sourcePodLabels, .one(.sourcePodLabels), .name, .mediator, .conversation, isZeroUnknown: true,
            "Labels of the source pod as JSON object text; {} for none."),
        define(
            .destinationPodLabels, .one(.destinationPodLabels), .name, .mediator, .conversation, isZeroUnknown: true,
            "Labels of the destination pod as JSON object text; {} for none."),
        define(
            .clusterId, .one(.clusterId), .name, .mediator, .conversation, isZeroUnknown: true,
            "The cluster that the record belongs to."),
        define(
            .flowStartMilliseconds, .one(.flowStartMilliseconds), .time, .eachNode, .connection, isZeroUnknown: true, exporter: 44,
            "Milliseconds since 1970-01-01T00:00:00Z at which the connection began."),
        define(
            .flowEndMilliseconds, .one(.flowEndMilliseconds), .time, .eachNode, .interval, isZeroUnknown: true, exporter: 45,
            "Milliseconds since 1970-01-01T00:00:00Z up to which this record counts."),
        define(
            .icmpTypeCode, .byFamily(v4: .icmpTypeCodeIPv4, v6: .icmpTypeCodeIPv6), .unsigned, .key, .conversation, isZeroUnknown: true,
            exporter: 46,
            "ICMP type × 256 + code of the request; unknown for other protocols."),
        define(
            .observation, .none, .unsigned, .mediator, .conversation,
            "Whose records there are: 1 all that are expected, 2 the source node's only, 3 the destination node's only."),
        define(
            .sourceWorkloadKind, .none, .name, .mediator, .conversation, isZeroUnknown: true,
            "What sourceWorkloadName is: Deployment, StatefulSet, DaemonSet, CronJob, Job and others."),
        define(
            .sourceWorkloadName, .none, .name, .mediator, .conversation, isZeroUnknown: true,
            "The workload in sourcePodNamespace that the source pod is one of."),
        define(
            .destinationWorkloadKind, .none, .name, .mediator, .conversation, isZeroUnknown: true,
            "What destinationWorkloadName is: Deployment, StatefulSet, DaemonSet, CronJob, Job and others."),
        define(
            .destinationWorkloadName, .none, .name, .mediator, .conversation, isZeroUnknown: true,
            "The workload in destinationPodNamespace that the destination pod is one of."),
    ]

    /// By raw value of the field.
    private static let byField: [FlowFieldDefinition] = fields.sorted { $0.field.rawValue < $1.field.rawValue }
    private static let names: [String] = FlowField.allCases.map { "\($0)" }
    private static let byName = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.field) })

    public static func definition(of field: FlowField) -> FlowFieldDefinition { byField[Int(field.rawValue)] }

    public static func name(of field: FlowField) -> String { names[Int(field.rawValue)] }

    public static func field(named name: String) -> FlowField? { byName[name] }

    private static func define(
        _ field: FlowField, _ elements: FlowFieldDefinition.Elements, _ kind: FlowFieldDefinition.Kind, _ owner: FlowFieldDefinition.Owner,
        _ storage: FlowFieldDefinition.Storage, isZeroUnknown: Bool = false, exporter: Int? = nil, _ summary: String
    ) -> FlowFieldDefinition {
        FlowFieldDefinition(
            field: field, elements: elements, kind: kind, owner: owner, storage: storage, isZeroUnknown: isZeroUnknown,
            exporterPosition: exporter, summary: summary)
    }
}
