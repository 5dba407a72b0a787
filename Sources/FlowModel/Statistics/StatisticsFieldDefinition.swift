// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What there is to know of a field in one kind of statistics record.
public struct StatisticsFieldDefinition: Sendable {
    public let field: StatisticsField
    public let element: InformationElement
    /// Which of several occurrences of the element in a template, from 0. RFC 7011 §8: repeated elements stand in the order in which
    /// the Metering Process treated them.
    public let occurrence: Int
    public let role: Role
    /// The record's template has the field only if it has this group; nil for a field that every template of the kind has.
    public let group: StatisticsGroup?
    /// Whether the wire's zero or empty value says "none".
    public let isZeroUnknown: Bool
    /// One sentence for docs/information-elements.md and docs/sql.md, with units and bounds.
    public let summary: String

    public var name: String { "\(field)" }

    /// Which subscript of ``StatisticsRecord`` reads the field.
    public var kind: FlowFieldDefinition.Kind {
        switch element.type {
        case .string: .name
        case .dateTimeMilliseconds: .time
        default: .unsigned
        }
    }

    public enum Role: Sendable, Hashable {
        /// Says what the record tells of: a rule, a port, a process.
        case identity
        /// Also identity, as a Scope Field of an Options Template (RFC 7011 §3.4.2.1).
        case scope
        /// When it was observed, and since when it was counted.
        case time
        /// Counted since the thing began, or began anew.
        case total
        /// Growth of a total since the observation before.
        case growth(of: StatisticsField)
    }
}

/// Fields that are known together, or not at all: a template has all of them or none.
public enum StatisticsGroup: UInt8, Sendable, Hashable, CaseIterable {
    case ingress, egress, drops, errors, octets, flows, volume
}
