// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Adds up single intervals for a question about their connections, in two passes: intervals by connection, which needs nothing but their own
/// rows, and then the connections in the order of their ids, whose rows lie in that order too.
///
/// Memory grows with the range's connections, about 120 octets each.
struct ConnectionScan {
    private static let intervalsSQL = """
        SELECT interval.connection, \(IntervalLayout.counters.map { IntervalLayout.expression(of: $0.delta(.common)) }.joined(separator: ", "))
        FROM interval
        WHERE interval.id >= ? AND interval.id < ?
        """

    private let condition: FilterCondition?
    private let key: GroupKey
    private(set) var sums = KeyedTraffic()

    /// Nil when a field of the question belongs to single intervals.
    init?(_ query: TopQuery, _ condition: FilterCondition?) {
        guard !(query.filter?.fields ?? []).union(query.key.fields).contains(where: Self.isOfInterval) else { return nil }
        self.condition = condition
        key = query.key
    }

    private static func isOfInterval(_ field: FlowField) -> Bool {
        switch FlowSchema.definition(of: field).storage {
        case .interval: true
        case .conversation, .connection: false
        case .derived(let expression): FlowSchema.field(named: String(expression.prefix { $0 != " " })).map(isOfInterval) ?? true
        }
    }

    mutating func add(_ segment: PlannedSegment, on connection: Connection) throws(StoreError) {
        let statement = try Statement(connection, Self.intervalsSQL)
        try SumScan.bind(segment, to: statement)
        while try statement.step() {
            sums.add(
                statement, countsFrom: 1, intervals: 1, withoutCounters: nil, connections: 0, to: statement.integer(at: 0) ?? 0)
        }
    }

    /// A row for each of the connections that the condition leaves: its id, its conversation, then the key's fields.
    func connections(on connection: Connection) throws(StoreError) -> NumberedRows {
        // What is not asked of conversations is not joined.
        let columns = ["connection.id", "connection.conversation"] + key.fields.map { StoreViews.stored(FlowSchema.definition(of: $0)) }
        let statement = try Statement(
            connection,
            """
            SELECT \(columns.joined(separator: ", "))
            FROM connection
            LEFT JOIN conversation ON conversation.id = connection.conversation
            WHERE connection.id >= ? AND connection.id <= ?\(condition.map { " AND \($0.sql)" } ?? "")
            ORDER BY connection.id
            """)
        return NumberedRows(statement, ids: sums.keys.words, values: condition?.values ?? [])
    }

    /// The row of a connection that has none; nil where a filter asks for more than nothing.
    func missing(on connection: Connection) throws(StoreError) -> Statement? {
        guard condition == nil else { return nil }
        let columns = (key.fields.count + 2)
        return try Statement(connection, "SELECT \(repeatElement("NULL", count: columns).joined(separator: ", "))")
    }
}
