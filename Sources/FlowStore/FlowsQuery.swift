// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// The rows of single intervals, newest first.
struct FlowsQuery {
    let fields: [FlowField]
    let range: TimeRange
    let filter: FlowFilter?

    private var condition: FilterCondition? { filter.map { FilterCondition($0) } }

    var columns: [String] { ["connection"] + fields.map(FlowSchema.name(of:)) }

    /// From the tables rather than the view, so that a filter compares ids and not texts.
    var sql: String { "SELECT \(selected)\n\(rows)\nORDER BY interval.id DESC" }

    /// Oldest first, each with its id in front; the last parameter is a number of rows.
    var sqlInOrder: String { "SELECT interval.id, \(selected)\n\(rows)\nORDER BY interval.id\nLIMIT ?" }

    private var selected: String {
        let columns = fields.map { "\(StoreViews.readable(FlowSchema.definition(of: $0))) AS \(FlowSchema.name(of: $0))" }
        return (["interval.connection AS connection"] + columns).joined(separator: ", ")
    }

    private var rows: String {
        """
        FROM \(StoreViews.intervals)
        WHERE interval.id >= ? AND interval.id < ?\(condition.map { " AND \($0.sql)" } ?? "")
        """
    }

    func bind(to statement: Statement) throws(StoreError) { try bind(values(from: range.identifiers.lowerBound), to: statement) }

    /// - Parameter last: the id before the first that is wanted.
    func bind(to statement: Statement, after last: Int64?, limit: Int) throws(StoreError) {
        let first = max(range.identifiers.lowerBound, last.map { $0 + 1 } ?? 0)
        try bind(values(from: first) + [.integer(Int64(limit))], to: statement)
    }

    private func values(from first: Int64) -> [ResultValue] {
        [.integer(first), .integer(range.identifiers.upperBound)] + (condition?.values ?? [])
    }

    private func bind(_ values: [ResultValue], to statement: Statement) throws(StoreError) {
        for (index, value) in values.enumerated() { try statement.bind(value, at: Int32(index + 1)) }
    }
}
