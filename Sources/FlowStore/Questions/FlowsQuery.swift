// SPDX-License-Identifier: Apache-2.0

public import FlowModel

/// The intervals of a range, the one that ended last first.
public struct FlowsQuery: Sendable {
    public var fields: [FlowField]
    public var range: TimeRange
    /// Which of them; nil for all.
    public var filter: FlowFilter?
    /// How many; nil for all.
    public var limit: Int?

    public init(fields: [FlowField], range: TimeRange, filter: FlowFilter? = nil, limit: Int? = nil) {
        self.fields = fields
        self.range = range
        self.filter = filter
        self.limit = limit
    }
}

extension FlowsQuery {
    private var condition: FilterCondition? { filter.map { FilterCondition($0) } }

    /// The interval's id, its connection's, then `fields`.
    var columns: [String] { ["id", "connection"] + fields.map(FlowSchema.name(of:)) }

    /// Newest first.
    var sql: String { "SELECT \(selected)\n\(rows)\nORDER BY interval.id DESC" }

    /// Oldest first; the last parameter is a number of rows.
    var sqlInOrder: String { "SELECT \(selected)\n\(rows)\nORDER BY interval.id\nLIMIT ?" }

    private var selected: String {
        let columns = fields.map { "\(StoreViews.readable(FlowSchema.definition(of: $0))) AS \(FlowSchema.name(of: $0))" }
        return (["interval.id AS id", "interval.connection AS connection"] + columns).joined(separator: ", ")
    }

    /// From the tables rather than the view, so that a filter compares ids and not texts.
    private var rows: String {
        """
        FROM \(StoreViews.intervals)
        WHERE interval.id >= ? AND interval.id < ?\(condition.map { " AND \($0.sql)" } ?? "")
        """
    }

    /// The values of the parameters of `sql`.
    var parameters: [ResultValue] { parameters(from: range.identifiers.lowerBound) }

    /// The values of the parameters of `sqlInOrder`.
    ///
    /// - Parameter last: the id before the first that is wanted.
    func parameters(after last: Int64?, limit: Int) -> [ResultValue] {
        parameters(from: max(range.identifiers.lowerBound, last.map { $0 + 1 } ?? 0)) + [.integer(Int64(limit))]
    }

    private func parameters(from first: Int64) -> [ResultValue] {
        [.integer(first), .integer(range.identifiers.upperBound)] + (condition?.values ?? [])
    }
}

extension FlowReader {
    /// Values are those of the view `flows`.
    ///
    /// - Returns: the columns `id` and `connection`, then the query's fields by name.
    public func flows(_ query: FlowsQuery) throws(StoreError) -> ResultTable {
        try rows(query.sql, query.parameters, columns: query.columns, limit: query.limit)
    }

    /// All rows of a statement of ours, or the first of them.
    func rows(_ sql: String, _ parameters: [ResultValue], columns: [String], limit: Int? = nil) throws(StoreError) -> ResultTable {
        try read { connection throws(StoreError) in
            let statement = try Statement(connection, sql)
            for (index, value) in parameters.enumerated() { try statement.bind(value, at: Int32(index + 1)) }
            var table = ResultTable(columns: columns)
            while try statement.step() {
                guard table.rows.count < limit ?? .max else {
                    table.isTruncated = true
                    break
                }
                table.rows.append((0..<statement.columnCount).map(statement.value(at:)))
            }
            return table
        }
    }
}
