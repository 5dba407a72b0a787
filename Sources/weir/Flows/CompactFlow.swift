// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// A flow on one line, for eyes that run over many:
///
/// ```
/// 2026-11-23 10:03:20 tcp shop/web-1:40000 -> shop/db-1:5432 (shop/db:postgres) 3.6 MB / 34.0 MB, egress allowed by shop/web, ingress allowed by shop/db
/// ```
enum CompactFlow {
    static let fields: [FlowField] = [
        .flowEndMilliseconds, .protocolIdentifier, .icmpTypeCode, .sourcePodNamespace, .sourcePodName, .sourceIPAddress,
        .sourceTransportPort,
        .destinationPodNamespace, .destinationPodName, .destinationIPAddress, .destinationTransportPort, .destinationServicePortName,
        .octetDeltaCount, .reverseOctetDeltaCount, .egressNetworkPolicyRuleAction, .egressNetworkPolicyNamespace, .egressNetworkPolicyName,
        .ingressNetworkPolicyRuleAction, .ingressNetworkPolicyNamespace, .ingressNetworkPolicyName, .flowType,
    ]

    static func lines(of table: ResultTable, _ numbers: NumberStyle) -> [String] {
        let places = Dictionary(uniqueKeysWithValues: table.columns.enumerated().map { ($0.element, $0.offset) })
        return table.rows.map { row in
            TerminalText.safe(line({ field in places[FlowSchema.name(of: field)].map { row[$0] } ?? .null }, numbers))
        }
    }

    private static func line(_ value: (FlowField) -> ResultValue, _ numbers: NumberStyle) -> String {
        func text(_ field: FlowField) -> String { FieldText.text(value(field), of: field, numbers) }
        func end(_ namespace: FlowField, _ name: FlowField, _ address: FlowField, _ port: FlowField) -> String {
            FlowColumn.endpoint(
                value(name) == .null ? value(address).text : FlowColumn.podName([value(namespace), value(name)]), port: value(port),
                value(.protocolIdentifier))
        }
        let source = end(.sourcePodNamespace, .sourcePodName, .sourceIPAddress, .sourceTransportPort)
        let destination = end(.destinationPodNamespace, .destinationPodName, .destinationIPAddress, .destinationTransportPort)
        let service = value(.destinationServicePortName).text.map { " (\($0))" } ?? ""
        let verdicts = [
            verdict("egress", value(.egressNetworkPolicyRuleAction), value(.egressNetworkPolicyNamespace), value(.egressNetworkPolicyName)),
            verdict(
                "ingress", value(.ingressNetworkPolicyRuleAction), value(.ingressNetworkPolicyNamespace), value(.ingressNetworkPolicyName)),
        ].compactMap(\.self)
        return "\(text(.flowEndMilliseconds)) \(text(.protocolIdentifier)) \(source) -> \(destination)\(service) "
            + "\(text(.octetDeltaCount)) / \(text(.reverseOctetDeltaCount)), "
            + (verdicts.isEmpty ? "no policy" : verdicts.joined(separator: ", "))
            + (value(.flowType) == .null ? "" : ", \(text(.flowType))")
    }

    /// Nil where no rule of that side decided.
    private static func verdict(_ side: String, _ action: ResultValue, _ namespace: ResultValue, _ policy: ResultValue) -> String? {
        guard action != .null else { return nil }
        let what = FieldText.text(action, of: .ingressNetworkPolicyRuleAction, .exact)
        return "\(side) \(what)" + (policy == .null ? "" : " by \(FlowColumn.podName([namespace, policy]))")
    }
}
