// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// One thing that flows are grouped by: which values it is made of, at one end or at either, and how it is named and shown.
struct GroupDimension: Sendable {
    let title: String
    /// Names of its values for programs, one for each part.
    let columns: [String]
    /// With a counterpart where it is of either end.
    let parts: [GroupKey.Part]
    /// Whether a flow is seen from each of its ends: what the other sent, this one received. What decided at an end has no direction.
    var isDirected = false
    var alignment = TextTable.Alignment.left
    let text: @Sendable ([ResultValue], NumberStyle) -> String
}

extension GroupDimension {
    init(_ column: FlowColumn) {
        self.init(
            title: column.title, columns: column.fields.map(FlowSchema.name(of:)), parts: column.fields.map { GroupKey.Part(.field($0)) },
            alignment: column.alignment, text: column.text)
    }

    /// Words of `--by` that stand for either end, or with `source` or `destination` before them for one.
    private static func endpoint(_ word: String) -> GroupDimension? {
        switch word {
        case "pod": qualified("POD", "podName", .field(.sourcePodName), .field(.destinationPodName))
        case "namespace": single("NAMESPACE", "podNamespace", .sourcePodNamespace, .destinationPodNamespace)
        case "node": single("NODE", "nodeName", .sourceNodeName, .destinationNodeName)
        case "ip", "host": single("ADDRESS", "ipAddress", .sourceIPAddress, .destinationIPAddress)
        case "workload":
            qualified(
                "WORKLOAD", "workloadName", .workload(name: .sourceWorkloadName, pod: .sourcePodName),
                .workload(name: .destinationWorkloadName, pod: .destinationPodName))
        default: subnet(word)
        }
    }

    private static func single(_ title: String, _ column: String, _ source: FlowField, _ destination: FlowField) -> GroupDimension {
        GroupDimension(
            title: title, columns: [column], parts: [GroupKey.Part(.field(source), counterpart: .field(destination))], isDirected: true
        ) { values, numbers in FieldText.text(values[0], of: source, numbers) }
    }

    /// What has a name within a namespace of pods.
    private static func qualified(_ title: String, _ column: String, _ source: GroupValue, _ destination: GroupValue) -> GroupDimension {
        GroupDimension(
            title: title, columns: ["podNamespace", column],
            parts: [
                GroupKey.Part(.field(.sourcePodNamespace), counterpart: .field(.destinationPodNamespace)),
                GroupKey.Part(source, counterpart: destination),
            ], isDirected: true
        ) { values, _ in FlowColumn.podName(values) }
    }

    /// `subnet/24`: IPv4 addresses by that many bits and IPv6 addresses by 64; above 32, IPv6 by that many bits and IPv4 by 24.
    private static func subnet(_ word: String) -> GroupDimension? {
        guard word.hasPrefix("subnet/"), let length = Int(word.dropFirst(7)), (0...128).contains(length), !word.contains("+") else {
            return nil
        }
        let (v4, v6) = length <= 32 ? (length, 64) : (24, length)
        return GroupDimension(
            title: "SUBNET", columns: ["subnet"],
            parts: [
                GroupKey.Part(
                    .subnet(of: .sourceIPAddress, v4: v4, v6: v6), counterpart: .subnet(of: .destinationIPAddress, v4: v4, v6: v6))
            ], isDirected: true
        ) { values, _ in values[0].text ?? "-" }
    }

    private static let others: [(name: String, dimensions: [GroupDimension])] =
        [
            (
                "policy",
                [
                    decided(
                        "POLICY", ["networkPolicyNamespace", "networkPolicyName"],
                        [.egressNetworkPolicyNamespace, .egressNetworkPolicyName],
                        [.ingressNetworkPolicyNamespace, .ingressNetworkPolicyName])
                ]
            ),
            (
                "rule",
                [
                    decided(
                        "RULE", ["networkPolicyNamespace", "networkPolicyName", "networkPolicyRuleName"],
                        [.egressNetworkPolicyNamespace, .egressNetworkPolicyName, .egressNetworkPolicyRuleName],
                        [.ingressNetworkPolicyNamespace, .ingressNetworkPolicyName, .ingressNetworkPolicyRuleName])
                ]
            ),
        ] + FlowColumn.groups.map { ($0.name, $0.columns.map { GroupDimension($0) }) }

    private static func decided(_ title: String, _ columns: [String], _ source: [FlowField], _ destination: [FlowField]) -> GroupDimension {
        let parts = zip(source, destination).map { GroupKey.Part(.field($0), counterpart: .field($1)) }
        return GroupDimension(title: title, columns: columns, parts: parts) { values, _ in
            let name = FlowColumn.podName(values)
            return values.count > 2 ? "\(name) \(values[2].text ?? "-")" : name
        }
    }

    static let endpointWords = ["pod", "namespace", "node", "ip", "workload", "subnet/24"]
    private static let synonyms = ["proto": "protocol"]
    private static let sides = ["source": true, "src": true, "destination": false, "dst": false]

    static var words: [String] { endpointWords + others.map(\.name) }

    /// One part of `--by`.
    static func named(_ text: String) throws(ColumnList.Unknown) -> [GroupDimension] {
        let words = text.split(separator: " ").map(String.init)
        if words.count == 2, let isSource = sides[words[0]], let endpoint = endpoint(words[1]) {
            return [endpoint.fixed(toSource: isSource)]
        }
        let written = words.joined()
        let word = synonyms[written] ?? written
        if let endpoint = endpoint(word) { return [endpoint] }
        if let other = others.first(where: { $0.name == word }) { return other.dimensions }
        return try ColumnList(shorthands: Self.words.map { ($0, []) }, isAllowed: FlowStore.isGroupable).columns(named: word).map {
            GroupDimension($0)
        }
    }

    /// Of one end alone, under that end's fields where they are shown as they are.
    private func fixed(toSource isSource: Bool) -> GroupDimension {
        let values = parts.map { isSource ? $0.value : $0.counterpart ?? $0.value }
        let columns = zip(values, columns).map { value, column in
            if case .field(let field) = value { return FlowSchema.name(of: field) }
            return (isSource ? "source" : "destination") + column.prefix(1).uppercased() + column.dropFirst()
        }
        return GroupDimension(
            title: (isSource ? "SOURCE " : "DESTINATION ") + title, columns: columns, parts: values.map { GroupKey.Part($0) },
            alignment: alignment, text: text)
    }

    /// The ends of a pair: `weir map`.
    func fixed(_ isSource: Bool) -> GroupDimension { fixed(toSource: isSource) }
}
