// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// A column of an answer: the fields it is made of, which programs get, and how people read them as one text.
struct FlowColumn: Sendable {
    let title: String
    let alignment: TextTable.Alignment
    let fields: [FlowField]
    /// See `TextTable.Column`.
    let rank: Int
    /// Whether a part of the text would mislead: of a time.
    var isWhole: Bool { fields.count == 1 && FlowSchema.definition(of: fields[0]).kind == .time }
    /// Values in the order of `fields`.
    let text: @Sendable ([ResultValue], NumberStyle) -> String

    init(
        _ title: String, _ fields: [FlowField], _ alignment: TextTable.Alignment = .left, rank: Int = 0,
        _ text: @escaping @Sendable ([ResultValue], NumberStyle) -> String
    ) {
        self.title = title
        self.fields = fields
        self.alignment = alignment
        self.rank = rank
        self.text = text
    }

    /// A field under its own name.
    init(_ field: FlowField, title: String? = nil, rank: Int = 0) {
        let name = FlowSchema.name(of: field)
        let isQuantity =
            FlowSchema.definition(of: field).kind == .unsigned && (name.contains("Count") || name.lowercased().contains("throughput"))
        self.init(title ?? name, [field], isQuantity ? .right : .left, rank: rank) { FieldText.text($0[0], of: field, $1) }
    }
}

// What users may name besides fields.
extension FlowColumn {
    /// Shorthands that group by fields as they are: `weir top --by`.
    static let groups: [(name: String, columns: [FlowColumn])] = [
        ("service", [FlowColumn(.destinationServicePortName, title: "SERVICE")]),
        ("port", [port]),
        ("protocol", [FlowColumn(.protocolIdentifier, title: "PROTOCOL")]),
        ("pair", [sourcePod, destinationPod]),
        ("type", [FlowColumn(.flowType, title: "TYPE")]),
        ("verdict", [verdict]),
    ]

    /// Shorthands of `weir flows --columns`, in the order they are shown by default.
    static let ofFlows: [(name: String, columns: [FlowColumn])] = [
        ("end", [FlowColumn(.flowEndMilliseconds, title: "END")]),
        ("source", [source]),
        ("destination", [destination]),
        ("protocol", [FlowColumn(.protocolIdentifier, title: "PROTOCOL", rank: 2)]),
        ("service", [FlowColumn(.destinationServicePortName, title: "SERVICE", rank: 5)]),
        ("octets", [FlowColumn(.octetDeltaCount, title: "OCTETS", rank: 1)]),
        ("reverse", [FlowColumn(.reverseOctetDeltaCount, title: "REVERSE", rank: 4)]),
        ("verdict", [verdict]),
        ("type", [FlowColumn(.flowType, title: "TYPE", rank: 6)]),
    ]

    private static let sourcePod = FlowColumn("SOURCE POD", [.sourcePodNamespace, .sourcePodName]) { values, _ in podName(values) }

    private static let destinationPod = FlowColumn("DESTINATION POD", [.destinationPodNamespace, .destinationPodName]) { values, _ in
        podName(values)
    }

    private static let port = FlowColumn("PORT", [.destinationTransportPort, .protocolIdentifier]) { values, _ in
        let name = values[1].integer.map { ProtocolName.text($0) } ?? "-"
        return hasPorts(values[1]) ? "\(values[0].integer.map { "\($0)" } ?? "-")/\(name)" : name
    }

    /// The client: its port says nothing, unless there is no pod to name it by.
    private static let source = FlowColumn(
        "SOURCE", [.sourcePodNamespace, .sourcePodName, .sourceIPAddress, .sourceTransportPort, .protocolIdentifier]
    ) { values, _ in
        values[1] == .null ? endpoint(values[2].text, port: values[3], values[4]) : podName(values)
    }

    private static let destination = FlowColumn(
        "DESTINATION",
        [.destinationPodNamespace, .destinationPodName, .destinationIPAddress, .destinationTransportPort, .protocolIdentifier]
    ) { values, _ in
        endpoint(values[1] == .null ? values[2].text : podName(values), port: values[3], values[4])
    }

    private static let verdict = FlowColumn("VERDICT", [.ingressNetworkPolicyRuleAction, .egressNetworkPolicyRuleAction], rank: 3) {
        values, _ in
        FieldText.verdict(ingress: values[0], egress: values[1])
    }

    static func podName(_ values: [ResultValue]) -> String {
        guard let name = values[1].text else { return "-" }
        return values[0].text.map { "\($0)/\(name)" } ?? name
    }

    /// ICMP, over IPv4 or IPv6, has none.
    private static func hasPorts(_ protocolIdentifier: ResultValue) -> Bool {
        protocolIdentifier != .integer(1) && protocolIdentifier != .integer(58)
    }

    /// With the port behind it, where the protocol has ports.
    static func endpoint(_ host: String?, port: ResultValue, _ protocolIdentifier: ResultValue) -> String {
        guard let host else { return "-" }
        guard let port = port.integer, hasPorts(protocolIdentifier) else { return host }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
