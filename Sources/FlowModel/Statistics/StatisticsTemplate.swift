// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// One of the exporter's templates for statistics, and the fields that fill it, in wire order.
public struct StatisticsTemplate: Sendable {
    public let kind: StatisticsKind
    public let groups: Set<StatisticsGroup>
    public let template: Template
    let fields: [StatisticsFieldDefinition]

    /// Templates of flows take the ids from 256.
    public static let firstID: UInt16 = 264

    init(id: UInt16, kind: StatisticsKind, groups: Set<StatisticsGroup>) {
        self.kind = kind
        self.groups = groups
        fields = StatisticsSchema.fields(of: kind).filter { field in field.group.map { groups.contains($0) } ?? true }
        template = Template(
            id: id, fields: fields.map { FieldSpecifier($0.element) }, scopeFieldCount: fields.count { $0.role == .scope })
    }

    /// All of them: kinds in their order, and for each kind its ``StatisticsSchema/variants(of:)``.
    public static let all: [StatisticsTemplate] = {
        var templates: [StatisticsTemplate] = []
        for kind in StatisticsKind.allCases {
            for groups in StatisticsSchema.variants(of: kind) {
                templates.append(StatisticsTemplate(id: firstID + UInt16(templates.count), kind: kind, groups: groups))
            }
        }
        return templates
    }()
}
