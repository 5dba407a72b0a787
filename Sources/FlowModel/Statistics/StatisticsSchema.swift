// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The one description of the records beside flows. Templates, encoder, decoder, SQL columns and the documentation's tables are loops
/// over it, in its order.
public enum StatisticsSchema {
    public static func fields(of kind: StatisticsKind) -> [StatisticsFieldDefinition] { byKind[Int(kind.rawValue)] }

    /// The groups that each template of a kind has, in the order of the templates' ids.
    public static func variants(of kind: StatisticsKind) -> [Set<StatisticsGroup>] {
        switch kind {
        case .policyRule: [[.ingress], [.egress], []]
        case .port: [[.drops, .errors], [.drops], [.errors], []]
        case .meteringProcess: [[.flows], []]
        case .meteringProcessReliability: [[.octets], []]
        case .exportingProcessReliability: [[.volume], []]
        case .nodeCounter: [[]]
        }
    }

    private static let byKind = StatisticsKind.allCases.map { kind in
        switch kind {
        case .policyRule: policyRule
        case .port: port
        case .meteringProcess: meteringProcess
        case .meteringProcessReliability: meteringProcessReliability
        case .exportingProcessReliability: exportingProcessReliability
        case .nodeCounter: nodeCounter
        }
    }

    static func define(
        _ field: StatisticsField, _ element: InformationElement, occurrence: Int = 0, _ role: StatisticsFieldDefinition.Role,
        in group: StatisticsGroup? = nil, isZeroUnknown: Bool = false, _ summary: String
    ) -> StatisticsFieldDefinition {
        StatisticsFieldDefinition(
            field: field, element: element, occurrence: occurrence, role: role, group: group, isZeroUnknown: isZeroUnknown, summary: summary
        )
    }
}
