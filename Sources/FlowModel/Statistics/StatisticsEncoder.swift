// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Writes statistics as Data Sets of ``StatisticsTemplate/all``.
public struct StatisticsEncoder: Sendable {
    private var record = OctetWriter(reserving: 512)

    /// A longer string is cut at a character's boundary, as in flows.
    public static let maximumStringLength = FlowEncoder.maximumStringLength

    public init() {}

    /// The template with the most of what a record knows; nil when no template suits, because a total that each of them has is unknown.
    ///
    /// A group of which one member is unknown is left out: a value that nobody knows is not sent as zero. Names, numbers and times that are
    /// unknown are, since their zero says so.
    public static func template(for statistics: StatisticsRecord) -> StatisticsTemplate? {
        StatisticsTemplate.all.first { $0.kind == statistics.kind && $0.suits(statistics) }
    }

    /// The octets of one record, without Set header.
    public mutating func encode(_ statistics: StatisticsRecord, by template: StatisticsTemplate, names: borrowing NameTable) -> [UInt8] {
        record.removeAll()
        for definition in template.fields {
            switch definition.kind {
            case .name: append(statistics[name: definition.field].map { names.text(of: $0) } ?? "")
            default:
                record.append(statistics[unsigned: definition.field] ?? 0, width: Int(definition.element.type.naturalLength ?? 8))
            }
        }
        return record.octets
    }

    private mutating func append(_ text: String) {
        let octets = FlowEncoder.cut(text)
        record.append(UInt8(octets.count))
        record.append(contentsOf: octets)
    }
}

extension StatisticsTemplate {
    /// Whether a record knows all that a template has no zero for, and all of one group at least of what decides between templates.
    fileprivate func suits(_ statistics: StatisticsRecord) -> Bool {
        let groups = self.groups
        let isKnown = fields.allSatisfy { $0.isZeroUnknown || $0.role == .scope || statistics.isKnown($0.field) }
        guard kind == .policyRule else { return isKnown }
        // All fields of a direction may be unknown but one: what tells the direction.
        return isKnown && groups.allSatisfy { group in fields.contains { $0.group == group && statistics.isKnown($0.field) } }
    }
}
