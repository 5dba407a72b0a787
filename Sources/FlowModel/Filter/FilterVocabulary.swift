// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

extension FlowFilter {
    /// Everything that may begin a condition: words of the language, then fields.
    public static var words: [String] { FilterVocabulary.all }

    /// The fields whose values may stand behind a word or the name of a field; nil if none may, empty if they are no names.
    public static func fields(named name: String) -> [FlowField]? {
        if let endpoint = FilterVocabulary.endpoints[name] { return [endpoint.source, endpoint.destination] }
        return FilterVocabulary.synonyms[name]?.fields ?? FlowSchema.field(named: name).map { [$0] }
    }
}

/// The words of the filter language besides names of fields.
enum FilterVocabulary {
    enum Side: Hashable { case source, destination }

    static let sides: [String: Side] = ["source": .source, "src": .source, "destination": .destination, "dst": .destination]

    static let label = "label"

    /// Words that stand for a property of either end, or, with a side before them, of that end.
    static let endpoints: [String: (source: FlowField, destination: FlowField)] = [
        "pod": (.sourcePodName, .destinationPodName),
        "workload": (.sourceWorkloadName, .destinationWorkloadName),
        "namespace": (.sourcePodNamespace, .destinationPodNamespace),
        "node": (.sourceNodeName, .destinationNodeName),
        "ip": (.sourceIPAddress, .destinationIPAddress),
        "host": (.sourceIPAddress, .destinationIPAddress),
        "subnet": (.sourceIPAddress, .destinationIPAddress),
        "port": (.sourceTransportPort, .destinationTransportPort),
        label: (.sourcePodLabels, .destinationPodLabels),
        // What decided at the source's end is the egress policy.
        "policy": (.egressNetworkPolicyName, .ingressNetworkPolicyName),
        "rule": (.egressNetworkPolicyRuleName, .ingressNetworkPolicyRuleName),
    ]

    /// Words that stand for one field or measure.
    static let synonyms: [String: FilterOperand] = [
        "protocol": .field(.protocolIdentifier), "proto": .field(.protocolIdentifier), "service": .field(.destinationServicePortName),
        "octets": .measure(.octets), "bytes": .measure(.octets), "packets": .measure(.packets), "duration": .measure(.duration),
        "type": .field(.flowType), "egress": .field(.egressName), "cluster": .field(.clusterId),
    ]

    static let others = ["icmpType", "icmpCode"]

    private static let actions: [FlowField] = [.egressNetworkPolicyRuleAction, .ingressNetworkPolicyRuleAction]

    private static func action(_ numbers: [UInt64]) -> FlowFilter {
        .any(actions.map { .test(FilterTest(.field($0), .oneOf(numbers.map(FilterValue.number)))) })
    }

    private static func number(_ field: FlowField, _ number: UInt64) -> FlowFilter {
        .test(FilterTest(.field(field), .oneOf([.number(number)])))
    }

    private static func addresses(_ family: IPAddress.Family) -> FlowFilter {
        let everything = IPPrefix(family == .v4 ? "0.0.0.0/0" : "::/0")
        return .any(
            [.sourceIPAddress, .destinationIPAddress].map { field in
                .test(FilterTest(.field(field), .oneOf(everything.map { [.prefix($0)] } ?? [])))
            })
    }

    /// Words that are a whole condition.
    static let conditions: [String: FlowFilter] = {
        var conditions: [String: FlowFilter] = [
            "allowed": .all([action([1]), .not(action([2, 3]))]),
            "denied": action([2, 3]),
            "dropped": action([2]),
            "rejected": action([3]),
            "ipv4": addresses(.v4),
            "ipv6": addresses(.v6),
            "external": .test(FilterTest(.field(.flowType), .oneOf([.number(3), .number(4)]))),
        ]
        for (name, value) in protocols { conditions[name] = number(.protocolIdentifier, value) }
        for (name, value) in flowTypes { conditions[name] = number(.flowType, value) }
        return conditions
    }()

    static let protocols = ProtocolName.numbers.mapValues(UInt64.init)

    static let flowTypes: [String: UInt64] = Dictionary(
        uniqueKeysWithValues: FlowType.allCases.flatMap { [("\($0)", UInt64($0.rawValue)), ($0.name, UInt64($0.rawValue))] })

    /// Words for the numbers of a field; empty for most fields.
    static func words(of field: FlowField) -> [String: UInt64] {
        switch field {
        case .protocolIdentifier: protocols
        case .flowType: flowTypes
        case .ingressNetworkPolicyRuleAction, .egressNetworkPolicyRuleAction:
            ["allow": 1, "allowed": 1, "drop": 2, "dropped": 2, "reject": 3, "rejected": 3]
        case .flowEndReason: ["idleTimeout": 1, "activeTimeout": 2, "endOfFlow": 3, "forcedEnd": 4, "lackOfResources": 5]
        case .observation: ["all": 1, "sourceNodeOnly": 2, "destinationNodeOnly": 3]
        case .ingressNetworkPolicyType, .egressNetworkPolicyType:
            ["K8sNetworkPolicy": 1, "AntreaNetworkPolicy": 2, "AntreaClusterNetworkPolicy": 3, "K8sClusterNetworkPolicy": 4]
        default: [:]
        }
    }

    /// Everything that may begin a phrase, for guessing what was meant.
    static let all: [String] =
        (Array(sides.keys) + endpoints.keys + synonyms.keys + others + conditions.keys).sorted() + FlowSchema.fields.map(\.name)
}
