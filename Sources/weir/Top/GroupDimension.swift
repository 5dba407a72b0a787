// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// One thing that flows are grouped by: which fields it is made of, at one end or at either, and how it is named and shown.
struct GroupDimension: Sendable {
    let title: String
    /// Names of its values for programs.
    let columns: [String]
    let ends: Ends
    var alignment = TextTable.Alignment.left
    /// Turns the values of one end's fields into those of `columns`.
    var convert: @Sendable ([ResultValue]) -> [ResultValue] = { $0 }
    let text: @Sendable ([ResultValue], NumberStyle) -> String

    enum Ends: Sendable {
        case fixed([FlowField])
        /// A flow counts at each of its two ends, seen from there: what the other sent, this one received. A flow between two ends of one
        /// group counts once.
        case either(source: [FlowField], destination: [FlowField])
        /// The same for what decided at either end, where there is no direction to turn.
        case decided(source: [FlowField], destination: [FlowField])
    }

    var isConverted = false

    var fields: [FlowField] {
        switch ends {
        case .fixed(let fields): fields
        case .either(let source, let destination), .decided(let source, let destination): source + destination
        }
    }
}

extension GroupDimension {
    init(_ column: FlowColumn) {
        self.init(
            title: column.title, columns: column.fields.map(FlowSchema.name(of:)), ends: .fixed(column.fields), alignment: column.alignment,
            text: column.text)
    }

    /// Words of `--by` that stand for either end, or with `source` or `destination` before them for one.
    private static func endpoint(_ word: String) -> GroupDimension? {
        switch word {
        case "pod":
            qualified(
                "POD", ["podNamespace", "podName"], [.sourcePodNamespace, .sourcePodName], [.destinationPodNamespace, .destinationPodName])
        case "namespace": single("NAMESPACE", "podNamespace", .sourcePodNamespace, .destinationPodNamespace)
        case "node": single("NODE", "nodeName", .sourceNodeName, .destinationNodeName)
        case "ip", "host": single("ADDRESS", "ipAddress", .sourceIPAddress, .destinationIPAddress)
        case "workload": workload
        default: subnet(word)
        }
    }

    private static func single(_ title: String, _ column: String, _ source: FlowField, _ destination: FlowField) -> GroupDimension {
        GroupDimension(title: title, columns: [column], ends: .either(source: [source], destination: [destination])) { values, numbers in
            FieldText.text(values[0], of: source, numbers)
        }
    }

    private static func qualified(_ title: String, _ columns: [String], _ source: [FlowField], _ destination: [FlowField]) -> GroupDimension
    {
        GroupDimension(title: title, columns: columns, ends: .either(source: source, destination: destination)) { values, _ in
            FlowColumn.podName(values)
        }
    }

    private static var workload: GroupDimension {
        var dimension = qualified(
            "WORKLOAD", ["podNamespace", "workloadName"], [.sourcePodNamespace, .sourcePodName],
            [.destinationPodNamespace, .destinationPodName])
        dimension.isConverted = true
        dimension.convert = { [$0[0], $0[1].text.map { .text(WorkloadName.workload(ofPod: $0)) } ?? .null] }
        return dimension
    }

    /// `subnet/24`: IPv4 addresses by that many bits and IPv6 addresses by 64; above 32, IPv6 by that many bits and IPv4 by 24.
    private static func subnet(_ word: String) -> GroupDimension? {
        guard word.hasPrefix("subnet/"), let length = Int(word.dropFirst(7)), (0...128).contains(length), !word.contains("+") else {
            return nil
        }
        let (v4, v6) = length <= 32 ? (length, 64) : (24, length)
        var dimension = single("SUBNET", "subnet", .sourceIPAddress, .destinationIPAddress)
        dimension.isConverted = true
        dimension.convert = { values in
            guard let address = values[0].text.flatMap({ IPAddress($0) }) else { return values }
            let bits = address.family == .v4 ? v4 : v6
            return [.text("\(address.masked(to: bits))/\(bits)")]
        }
        return dimension
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
        GroupDimension(title: title, columns: columns, ends: .decided(source: source, destination: destination)) { values, _ in
            let name = FlowColumn.podName(values)
            return values.count > 2 ? "\(name) \(values[2].text ?? "-")" : name
        }
    }

    private static let endpointWords = ["pod", "namespace", "node", "ip", "workload", "subnet/24"]
    private static let sides = ["source": true, "src": true, "destination": false, "dst": false]

    static var words: [String] { endpointWords + others.map(\.name) }

    /// One part of `--by`.
    static func named(_ text: String) throws(ColumnList.Unknown) -> [GroupDimension] {
        let words = text.split(separator: " ").map(String.init)
        if words.count == 2, let isSource = sides[words[0]], let endpoint = endpoint(words[1]) {
            return [endpoint.fixed(toSource: isSource)]
        }
        let word = words.joined()
        if let endpoint = endpoint(word) { return [endpoint] }
        if let other = others.first(where: { $0.name == word }) { return other.dimensions }
        return try ColumnList(shorthands: Self.words.map { ($0, []) }, isAllowed: FlowStore.isGroupable).columns(named: word).map {
            GroupDimension($0)
        }
    }

    /// Of one end alone, under that end's fields where they are shown as they are.
    private func fixed(toSource isSource: Bool) -> GroupDimension {
        guard case .either(let source, let destination) = ends else { return self }
        let fields = isSource ? source : destination
        let columns =
            isConverted
            ? columns.map { (isSource ? "source" : "destination") + $0.prefix(1).uppercased() + $0.dropFirst() }
            : fields.map(FlowSchema.name(of:))
        var dimension = GroupDimension(
            title: (isSource ? "SOURCE " : "DESTINATION ") + title, columns: columns, ends: .fixed(fields), alignment: alignment, text: text
        )
        dimension.convert = convert
        dimension.isConverted = isConverted
        return dimension
    }

    /// The ends of a pair: `weir map`.
    func fixed(_ isSource: Bool) -> GroupDimension { fixed(toSource: isSource) }
}

extension IPAddress {
    /// The address with all bits after a prefix's length 0.
    func masked(to length: Int) -> IPAddress {
        let bits = family == .v4 ? length + 96 : length
        let highBits = min(bits, 64), lowBits = max(bits - 64, 0)
        return IPAddress(
            high: high & (highBits == 0 ? 0 : .max << UInt64(64 - highBits)), low: low & (lowBits == 0 ? 0 : .max << UInt64(64 - lowBits)))
    }
}
