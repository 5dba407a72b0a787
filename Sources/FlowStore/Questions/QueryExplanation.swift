// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// How a question would be answered.
public struct QueryExplanation: Sendable, Hashable {
    /// A relation that is read, for as long a time as it tells exactly what is asked.
    public struct Part: Sendable, Hashable {
        /// The view that shows it.
        public let relation: String
        public let range: TimeRange
        public let sql: String
        /// The values of the parameters of `sql`, in their order.
        public let values: [ResultValue]
        /// Rows of the relation in the range: the filter looks at each.
        public let expectedRows: Int
        /// SQLite's plan, a line a step.
        public let plan: [String]
    }

    /// In order of time; empty where nothing is kept.
    public let parts: [Part]
}

extension FlowReader {
    public func explain(_ query: TopQuery) throws(StoreError) -> QueryExplanation { try explain(plan(query)) }

    /// The steps; the groups that are named are found as ``top(_:)`` does.
    public func explain(_ query: SeriesQuery) throws(StoreError) -> QueryExplanation { try explain(plan(query)) }

    private func explain(_ plan: QueryPlan) throws(StoreError) -> QueryExplanation {
        var parts: [QueryExplanation.Part] = []
        for part in plan.parts {
            parts.append(try explain(part.resolution.view, part.range, part.sql, part.values, rows: part.rows))
        }
        return QueryExplanation(parts: parts)
    }

    public func explain(_ query: FlowsQuery) throws(StoreError) -> QueryExplanation {
        let ids: [ResultValue] = [.integer(query.range.identifiers.lowerBound), .integer(query.range.identifiers.upperBound)]
        let count = try rows("SELECT count(*) FROM interval WHERE id >= ? AND id < ?", ids, columns: ["count"])
        let part = try explain(
            Resolution.flows.view, query.range, query.sql, query.parameters, rows: Int(count.rows.first?[0].integer ?? 0))
        return QueryExplanation(parts: [part])
    }

    private func explain(
        _ relation: String, _ range: TimeRange, _ sql: String, _ values: [ResultValue], rows expectedRows: Int
    ) throws(StoreError) -> QueryExplanation.Part {
        let plan = try rows("EXPLAIN QUERY PLAN " + sql, values, columns: ["id", "parent", "unused", "detail"])
        return QueryExplanation.Part(
            relation: relation, range: range, sql: sql, values: values, expectedRows: expectedRows,
            plan: plan.rows.compactMap { $0[3].text })
    }
}
