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
    var sql: String {
        let columns = fields.map { "\(StoreViews.readable(FlowSchema.definition(of: $0))) AS \(FlowSchema.name(of: $0))" }
        return """
            SELECT \((["connection"] + columns).joined(separator: ", "))
            FROM interval
            LEFT JOIN connection ON connection.id = interval.connection
            WHERE interval.id >= ? AND interval.id < ?\(condition.map { " AND \($0.sql)" } ?? "")
            ORDER BY interval.id DESC
            """
    }

    func bind(to statement: Statement) throws(StoreError) {
        let values = [.integer(range.identifiers.lowerBound), .integer(range.identifiers.upperBound)] + (condition?.values ?? [])
        for (index, value) in values.enumerated() { try statement.bind(value, at: Int32(index + 1)) }
    }
}
