// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Adds up single intervals for a question about their connections, in two passes: intervals by connection, which needs nothing but their own
/// rows, and then the connections in the order of their ids, whose rows lie in that order too.
///
/// Memory grows with the range's connections, about 120 octets each.
struct ConnectionScan {
    private static let counters = IntervalLayout.counters.map { IntervalLayout.expression(of: $0.delta(.common)) }
    private static let intervalsSQL = """
        SELECT interval.connection, NULL, \(counters.joined(separator: ", "))
        FROM interval
        WHERE interval.id >= ? AND interval.id < ?
        """
    /// Ids of which so many others lie between are read as one range.
    private static let closeness: Int64 = 64

    private let condition: FilterCondition?
    /// Rows as ``IntervalReading`` has them, without counts: of connections in a range of ids, and of one that has no row.
    private let connectionsSQL: String
    private let missingSQL: String
    private var sums = KeyedTraffic()

    /// Nil when a field of the question belongs to single intervals.
    init?(_ query: TopQuery, _ condition: FilterCondition?) {
        guard !(query.filter?.fields ?? []).union(query.key.fields).contains(where: Self.isOfInterval) else { return nil }
        self.condition = condition
        let padding = Array(repeating: "NULL", count: Self.counters.count)
        let fields = query.key.fields.map { StoreViews.stored(FlowSchema.definition(of: $0)) }
        connectionsSQL = """
            SELECT \((["connection.id", "conversation.observation"] + padding + fields).joined(separator: ", "))
            FROM connection
            LEFT JOIN conversation ON conversation.id = connection.conversation
            WHERE connection.id >= ? AND connection.id <= ?\(condition.map { " AND \($0.sql)" } ?? "")
            ORDER BY connection.id
            """
        missingSQL = "SELECT \((["?", "NULL"] + padding + fields.map { _ in "NULL" }).joined(separator: ", "))"
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
            let counts = statement.counts(from: 2)
            let isCounted = counts[0] != nil || counts[1] != nil || counts[2] != nil || counts[3] != nil
            sums.add(counts, intervals: 1, withoutCounters: isCounted ? 0 : 1, connections: 0, to: statement.integer(at: 0) ?? 0)
        }
    }

    /// Calls a body with a row of each connection, and its traffic.
    func forEach(on connection: Connection, _ body: (Statement, Traffic) throws(StoreError) -> Void) throws(StoreError) {
        let order = sums.keys.indices.sorted { sums.keys[$0] < sums.keys[$1] }
        let statement = try Statement(connection, connectionsSQL)
        let missing = try Statement(connection, missingSQL)
        // One that has no row: a filter has left it out, or nothing is known of it.
        func pass(_ place: Int) throws(StoreError) {
            guard condition == nil else { return }
            missing.bind(sums.keys[place], at: 1)
            guard try missing.step() else { return }
            try body(missing, sums.traffic[place])
            missing.reset()
        }
        var next = 0
        while next < order.count {
            var end = next + 1
            while end < order.count, sums.keys[order[end]] - sums.keys[order[end - 1]] <= Self.closeness { end += 1 }
            let values: [ResultValue] = [.integer(sums.keys[order[next]]), .integer(sums.keys[order[end - 1]])] + (condition?.values ?? [])
            for (index, value) in values.enumerated() { try statement.bind(value, at: Int32(index + 1)) }
            while try statement.step() {
                let id = statement.integer(at: 0) ?? 0
                while next < end, sums.keys[order[next]] < id {
                    try pass(order[next])
                    next += 1
                }
                guard next < end, sums.keys[order[next]] == id else { continue }
                try body(statement, sums.traffic[order[next]])
                next += 1
            }
            for place in order[next..<end] { try pass(place) }
            next = end
        }
    }
}
