// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

/// A filter as SQL: a condition, and the values of its parameters in their order. No part of a filter's text is in the SQL.
public struct FilterCondition: Sendable, Hashable {
    /// An expression that is 1 or 0, in parentheses where it needs them, with a `?` for each value.
    public private(set) var sql = ""
    public private(set) var values: [ResultValue] = []

    /// - Parameter column: the SQL of a field as it is stored: an id of `name` or `address`, a number, sixteen octets of a UUID.
    public init(_ filter: FlowFilter, column: (FlowFieldDefinition) -> String) {
        add(filter, column)
    }

    /// Of the relations that have a row for each interval.
    init(_ filter: FlowFilter) {
        self.init(filter, column: StoreViews.stored)
    }
}

extension FilterCondition {
    private mutating func add(_ filter: FlowFilter, _ column: (FlowFieldDefinition) -> String) {
        switch filter {
        case .test(let test): add(test, column)
        case .not(let part):
            sql += "NOT "
            add(part, column)
        case .all(let parts): add(parts, " AND ", column)
        case .any(let parts): add(parts, " OR ", column)
        }
    }

    private mutating func add(_ parts: [FlowFilter], _ separator: String, _ column: (FlowFieldDefinition) -> String) {
        sql += "("
        for (index, part) in parts.enumerated() {
            if index > 0 { sql += separator }
            add(part, column)
        }
        sql += ")"
    }

    /// A comparison with NULL is NULL in SQL and false here, so that NOT is the exact opposite.
    private mutating func add(_ test: FilterTest, _ column: (FlowFieldDefinition) -> String) {
        let (expression, kind) = Self.operand(test.operand, column)
        if case .isUnknown = test.comparison {
            sql += "(\(expression)) IS NULL"
            return
        }
        sql += "ifnull("
        switch test.comparison {
        case .ordered(let order, let value):
            sql += "\(expression) \(order.rawValue) ?"
            values.append(Self.stored(value))
        case .oneOf(let bounds):
            switch kind {
            case .name: addIDs(expression, "name WHERE text", bounds)
            case .address: addAddresses(expression, bounds)
            case .unsigned, .time, .uuid: addValues(expression, bounds)
            }
        case .matches(let pattern):
            sql += "\(expression) IN (SELECT id FROM name WHERE text REGEXP ?)"
            values.append(.text(pattern.pattern))
        case .isUnknown: break
        }
        sql += ", 0)"
    }

    private static func operand(
        _ operand: FilterOperand, _ column: (FlowFieldDefinition) -> String
    ) -> (sql: String, kind: FlowFieldDefinition.Kind) {
        func sql(_ field: FlowField) -> String { column(FlowSchema.definition(of: field)) }
        switch operand {
        case .field(let field): return (sql(field), FlowSchema.definition(of: field).kind)
        case .measure(.duration): return ("(\(sql(.flowEndMilliseconds)) - \(sql(.flowStartMilliseconds)))", .unsigned)
        case .measure(let measure):
            let (forward, reverse) = (sql(measure.fields[0]), sql(measure.fields[1]))
            // NULL when both are; ifnull takes the other for 0 when one is.
            return ("(coalesce(\(forward), \(reverse) - \(reverse)) + coalesce(\(reverse), 0))", .unsigned)
        }
    }

    private mutating func addIDs(_ expression: String, _ source: String, _ bounds: [FilterValue]) {
        sql += "\(expression) IN (SELECT id FROM \(source) IN (\(StoreLayout.parameters(bounds.count))))"
        values += bounds.map(Self.stored)
    }

    /// Prefixes of addresses are ranges of their octets, of one length.
    private mutating func addAddresses(_ expression: String, _ bounds: [FilterValue]) {
        let tests = bounds.map { bound in
            guard case .prefix(let prefix) = bound else { return "0" }
            let (first, last) = prefix.octets
            values += [.blob(first), .blob(last), .integer(Int64(first.count))]
            return "octets BETWEEN ? AND ? AND length(octets) = ?"
        }
        sql += "\(expression) IN (SELECT id FROM address WHERE \(tests.joined(separator: " OR ")))"
    }

    private mutating func addValues(_ expression: String, _ bounds: [FilterValue]) {
        var tests: [String] = []
        let ranges = bounds.compactMap { if case .range(let range) = $0 { range } else { nil } }
        let single = bounds.filter { if case .range = $0 { false } else { true } }
        if !single.isEmpty {
            tests.append("\(expression) IN (\(StoreLayout.parameters(single.count)))")
            values += single.map(Self.stored)
        }
        for range in ranges {
            tests.append("\(expression) BETWEEN ? AND ?")
            values += [.integer(Int64(clamping: range.lowerBound)), .integer(Int64(clamping: range.upperBound))]
        }
        sql += tests.count == 1 ? tests[0] : "(\(tests.joined(separator: " OR ")))"
    }

    private static func stored(_ value: FilterValue) -> ResultValue {
        switch value {
        case .number(let number): .integer(Int64(clamping: number))
        case .time(let time): .integer(time.milliseconds)
        case .text(let text): .text(text)
        case .uuid(let high, let low): .blob(IPAddress(high: high, low: low).sixteenOctets)
        // Only within addValues and addAddresses.
        case .range, .prefix: .null
        }
    }
}

extension IPAddress {
    fileprivate var sixteenOctets: [UInt8] {
        [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
    }
}

extension IPPrefix {
    /// The first and the last address of the block, in octets of its family.
    fileprivate var octets: (first: [UInt8], last: [UInt8]) {
        var first = address.octets
        var last = first
        for index in first.indices {
            let fixedBits = min(max(length - index * 8, 0), 8)
            let hostBits = UInt8(truncatingIfNeeded: 0xFF >> fixedBits)
            first[index] &= ~hostBits
            last[index] |= hostBits
        }
        return (first, last)
    }
}
