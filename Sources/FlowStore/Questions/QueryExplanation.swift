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
        /// Rows of the relation in the range, about: the filter looks at each. Told without counting them.
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
        let segment = PlannedSegment(resolution: .flows, seconds: query.range.wholeSeconds)
        let count = try read { connection throws(StoreError) in try RowEstimate(connection).rows(of: segment) }
        let part = try explain(Resolution.flows.view, query.range, query.sql, query.parameters, rows: count)
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
