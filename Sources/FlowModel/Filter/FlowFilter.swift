// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What is asked of a flow: a condition over the fields of one interval, as the filter language of docs/filters.md says it.
///
/// A condition is true or false, never unknown. Of a field that is unknown only `isUnknown` is true; `not` is the exact opposite of what
/// it stands before, so `sourcePodName != "web"` is true of flows whose pod nobody knows.
///
/// Lists of `all` and `any` have at least two parts.
public indirect enum FlowFilter: Sendable, Hashable {
    case test(FilterTest)
    case not(FlowFilter)
    case all([FlowFilter])
    case any([FlowFilter])
}

/// One comparison of one thing with values.
public struct FilterTest: Sendable, Hashable {
    public let operand: FilterOperand
    public let comparison: Comparison

    public init(_ operand: FilterOperand, _ comparison: Comparison) {
        self.operand = operand
        self.comparison = comparison
    }

    public enum Comparison: Sendable, Hashable {
        /// Equal to one of the values, or within one of them. At least one value.
        case oneOf([FilterValue])
        /// In an order with a number or a time.
        case ordered(Order, FilterValue)
        /// A text in which the expression matches somewhere.
        case matches(RegularExpression)
        case isUnknown
    }

    public enum Order: String, Sendable, Hashable, CaseIterable {
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }
}

/// What is compared.
public enum FilterOperand: Sendable, Hashable {
    case field(FlowField)
    case measure(Measure)

    /// What is computed from several fields of an interval.
    public enum Measure: String, Sendable, Hashable, CaseIterable {
        /// `octetDeltaCount` and `reverseOctetDeltaCount` together; unknown when both are.
        case octets
        /// `packetDeltaCount` and `reversePacketDeltaCount` together; unknown when both are.
        case packets
        /// From the connection's start to the interval's end, in milliseconds; unknown when either is.
        case duration

        public var fields: [FlowField] {
            switch self {
            case .octets: [.octetDeltaCount, .reverseOctetDeltaCount]
            case .packets: [.packetDeltaCount, .reversePacketDeltaCount]
            case .duration: [.flowStartMilliseconds, .flowEndMilliseconds]
            }
        }
    }

    public var fields: [FlowField] {
        switch self {
        case .field(let field): [field]
        case .measure(let measure): measure.fields
        }
    }
}

/// What a field is compared with. Which kinds go with a field follows from the field's own kind.
public enum FilterValue: Sendable, Hashable {
    /// At most 2⁶³ − 1, as the store's numbers are.
    case number(UInt64)
    /// Both ends included.
    case range(ClosedRange<UInt64>)
    case text(String)
    case prefix(IPPrefix)
    case time(Timestamp)
    case uuid(high: UInt64, low: UInt64)

    public static let largestNumber = UInt64(Int64.max)
}

extension FlowFilter {
    /// The fields that the condition reads.
    public var fields: Set<FlowField> {
        tests.reduce(into: []) { $0.formUnion($1.operand.fields) }
    }

    /// Whether it asks for the size, the time or the end of a single interval, so that only rows of single intervals can answer it.
    public var isAboutSingleIntervals: Bool {
        fields.contains { !FlowSchema.isGroupable($0) || FlowSchema.definition(of: $0).storage == .interval }
    }

    /// All comparisons, in their order.
    public var tests: [FilterTest] {
        switch self {
        case .test(let test): [test]
        case .not(let filter): filter.tests
        case .all(let filters), .any(let filters): filters.flatMap(\.tests)
        }
    }

    /// All of the conditions; nil when there are none.
    public static func all(of filters: [FlowFilter?]) -> FlowFilter? {
        let filters = filters.compactMap(\.self)
        return filters.count < 2 ? filters.first : .all(filters)
    }
}

extension FlowSchema {
    /// Whether grouping by a field makes sense: names, addresses and small numbers, but neither counters nor times.
    public static func isGroupable(_ field: FlowField) -> Bool {
        let definition = definition(of: field)
        switch definition.kind {
        case .name, .address, .uuid: return true
        case .time: return false
        case .unsigned:
            return definition.elements.all.allSatisfy { ($0.type.naturalLength ?? 8) < 8 && $0.type != .dateTimeSeconds }
        }
    }
}
