// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Groups the traffic of a range in one pass, by hash: SQLite's GROUP BY sorts, which costs most of its time here.
///
/// From single intervals when a field of the question belongs to them; memory grows with the range's connections (about 40 octets each, twice
/// that by either end) and groups. Otherwise from sums, as ``QueryPlanner`` chooses.
struct TopScan {
    private let query: TopQuery
    private let condition: FilterCondition?
    private let reading: IntervalReading
    private(set) var keys: GroupKeys
    private var groups: KeyedTraffic
    /// The groups that the answer names, in its order.
    private var named: [Int] = []
    private var totals = Traffic()
    private var halves = ObservedHalves()

    // Of single intervals: which connections were met, and in which groups.
    private var connections = KeyTable(width: 1)
    private var members = KeyTable(width: 2)

    init(_ query: TopQuery, on connection: Connection) throws(StoreError) {
        self.query = query
        condition = query.filter.map { FilterCondition($0) }
        reading = IntervalReading(query.key, condition)
        keys = try GroupKeys(query.key, connection)
        groups = KeyedTraffic(width: query.key.parts.count)
    }

    mutating func run(on connection: Connection) throws(StoreError) -> TopResult {
        let (segments, range) = try QueryPlanner(connection).plan(query.range.wholeSeconds, coarsest: query.coarsest)
        if query.isOfConversations {
            try scanSums(segments, range, on: connection)
        } else if var scan = ConnectionScan(query, condition) {
            for segment in segments { try scan.add(segment, on: connection) }
            try addConnections(of: scan, on: connection)
        } else {
            for segment in segments { try scanIntervals(segment, on: connection) }
        }
        named = ranked()
        return try result()
    }

    func plan(on connection: Connection) throws(StoreError) -> QueryPlan {
        let (segments, range) = try QueryPlanner(connection).plan(query.range.wholeSeconds, coarsest: query.coarsest)
        let scan = SumScan(range, step: nil, condition)
        return try QueryPlan(segments, range, condition, on: connection) { query.isOfConversations ? scan.sql($0) : reading.sql }
    }

    private mutating func add(_ sum: Traffic, at ends: GroupKeys.Ends) {
        if let key = ends.source { groups.add(sum, to: key) }
        if let key = ends.destination { groups.add(keys.isTurned ? sum.reversed : sum, to: key) }
        totals += sum
    }
}

// From single intervals.
extension TopScan {
    private mutating func scanIntervals(_ segment: PlannedSegment, on connection: Connection) throws(StoreError) {
        let statement = try Statement(connection, reading.sql)
        try SumScan.bind(segment, condition, to: statement)
        while try statement.step() { try add(statement) }
    }

    private mutating func add(_ row: Statement) throws(StoreError) {
        let known = connections.count
        let connection = connections.number(of: row.integer(at: 0) ?? 0)
        let isNew = connection == known
        if isNew { halves.count(observation: row.integer(at: 1)) }
        let interval = reading.traffic(in: row)
        let ends = try keys.ends(in: row)
        if let key = ends.source { count(interval, of: connection, in: key) }
        if let key = ends.destination { count(keys.isTurned ? interval.reversed : interval, of: connection, in: key) }
        totals += interval
        if isNew { totals.connections += 1 }
    }

    private mutating func count(_ interval: Traffic, of connection: Int, in key: GroupKeys.Key) {
        let group = groups.add(interval, to: key)
        let known = members.count
        let member = members.number(of: [Int64(group), Int64(connection), 0, 0, 0, 0, 0, 0])
        if member == known { groups.addConnection(to: group) }
    }

    private mutating func addConnections(of scan: ConnectionScan, on connection: Connection) throws(StoreError) {
        var rows = try scan.connections(on: connection)
        let missing = try scan.missing(on: connection)
        var conversations = KeyTable(width: 1)
        var counts: [Int] = []
        while let (place, hasRow) = try rows.next() {
            var sum = scan.sums.traffic[place]
            sum.connections = 1
            if hasRow {
                if let conversation = rows.row.integer(at: 1) {
                    let number = conversations.number(of: conversation)
                    if number == counts.count { counts.append(0) }
                    counts[number] += 1
                }
                add(sum, at: try keys.ends(in: rows.row))
            } else if let missing, try missing.step() {
                // Nothing is known of it.
                add(sum, at: try keys.ends(in: missing))
                missing.reset()
            }
        }
        var observations = try NumberedRows(
            Statement(connection, "SELECT id, observation FROM conversation WHERE id >= ? AND id <= ? ORDER BY id"),
            ids: conversations.words)
        while let (place, hasRow) = try observations.next() {
            if hasRow { halves.count(observation: observations.row.integer(at: 1), counts[place]) }
        }
    }
}

// From sums by conversation.
extension TopScan {
    private mutating func scanSums(_ segments: [PlannedSegment], _ range: Range<Int64>, on connection: Connection) throws(StoreError) {
        var scan = SumScan(range, step: nil, condition)
        for segment in segments { try scan.add(segment, on: connection) }
        var conversations = try NumberedRows(Statement(connection, query.key.conversationsSQL), ids: scan.sums.keys.words)
        while let (place, hasRow) = try conversations.next() {
            guard hasRow else { continue }
            let sum = scan.sums.traffic[place]
            halves.count(observation: conversations.row.integer(at: 1), sum.connections)
            add(sum, at: try keys.ends(in: conversations.row))
        }
    }
}

extension TopScan {
    /// The keys of the groups that the answer names, in its order; once ``run(on:)`` has been called.
    var namedKeys: [GroupKeys.Key] { named.map(groups.keys.key) }

    private func ranked() -> [Int] {
        var largest = Largest(min(query.limit ?? .max, groups.traffic.count))
        for group in groups.traffic.indices { largest.add(group, by: precedes) }
        return largest.sorted(by: precedes)
    }

    private func result() throws(StoreError) -> TopResult {
        var result = TopResult()
        result.halves = halves
        // Not the groups' sum: a flow may be in two groups, and a connection in one for each of its values, as of tcpState.
        result.totals = totals
        for group in named {
            result.groups.append(TopResult.Group(key: try keys.values(of: groups.keys.key(group)), traffic: groups.traffic[group]))
        }
        result.otherGroupCount = groups.traffic.count - named.count
        guard result.otherGroupCount > 0 else { return result }
        let isNamed = Set(named)
        var others = Traffic()
        for group in groups.traffic.indices where !isNamed.contains(group) { others += groups.traffic[group] }
        result.others = others
        return result
    }

    /// The order of ``TopResult/groups``.
    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let (left, right) = (groups.traffic[a].measure(query.order), groups.traffic[b].measure(query.order))
        if left == right { return keys.precedes(groups.keys.key(a), groups.keys.key(b)) }
        return (left ?? 0, left != nil ? 1 : 0) > (right ?? 0, right != nil ? 1 : 0)
    }
}

/// A row for each interval of a segment: connection, observation, the fields of a key, four counts.
struct IntervalReading {
    /// Parameters: the first id and the one behind the last, then the condition's.
    let sql: String
    private let firstCount: Int32

    /// - Parameter isOrdered: whether rows come in order of time, each with its id in the last column.
    init(_ key: GroupKey, _ condition: FilterCondition?, isOrdered: Bool = false) {
        let counters = IntervalLayout.counters.map { IntervalLayout.expression(of: $0.delta(.common)) }
        let fields = key.fields.map { StoreViews.stored(FlowSchema.definition(of: $0)) }
        let columns = ["interval.connection", "conversation.observation"] + fields + counters + (isOrdered ? ["interval.id"] : [])
        firstCount = GroupKeys.firstField + Int32(fields.count)
        sql = """
            SELECT \(columns.joined(separator: ", "))
            FROM \(StoreViews.intervals)
            WHERE interval.id >= ? AND interval.id < ?\(condition.map { " AND \($0.sql)" } ?? "")\(isOrdered ? "\nORDER BY interval.id" : "")
            """
    }

    /// Without its connection, of which others may have been counted.
    func traffic(in row: Statement) -> Traffic {
        var interval = Traffic()
        interval.add(row, countsFrom: firstCount, intervals: 1, withoutCounters: nil, connections: 0)
        return interval
    }
}

extension GroupKey {
    /// Of conversations: id, observation, then the key's fields. Parameters: the first id and the last one.
    var conversationsSQL: String {
        let columns = ["id", "observation"] + fields.map { StoreViews.stored(FlowSchema.definition(of: $0)) }
        return "SELECT \(columns.joined(separator: ", ")) FROM conversation WHERE id >= ? AND id <= ? ORDER BY id"
    }
}

extension TopQuery {
    /// The coarsest resolution that has all that is asked for.
    public var coarsest: Resolution {
        min(coarsestAllowed, Resolution.coarsest(having: (filter?.fields ?? []).union(key.fields)))
    }

    /// Whether sums by conversation tell all that is asked for.
    var isOfConversations: Bool { coarsest != .flows }
}

extension QueryPlan {
    init(
        _ segments: [PlannedSegment], _ range: Range<Int64>, _ condition: FilterCondition? = nil, on connection: Connection,
        sql: (Resolution) -> String
    ) throws(StoreError) {
        var parts: [Part] = []
        let estimate = try RowEstimate(connection)
        for segment in segments {
            let (lower, upper) = SumScan.bounds(segment)
            parts.append(
                Part(
                    resolution: segment.resolution, range: TimeRange(wholeSeconds: segment.seconds), sql: sql(segment.resolution),
                    values: [.integer(lower), .integer(upper)] + (condition?.values ?? []), rows: try estimate.rows(of: segment)))
        }
        self.init(parts: parts, range: TimeRange(wholeSeconds: range))
    }
}

extension FlowReader {
    public func top(_ query: TopQuery) throws(StoreError) -> TopResult {
        try read { connection throws(StoreError) in
            var scan = try TopScan(query, on: connection)
            return try scan.run(on: connection)
        }
    }

    /// What ``top(_:)`` would read to answer a question.
    public func plan(_ query: TopQuery) throws(StoreError) -> QueryPlan {
        try read { connection throws(StoreError) in try TopScan(query, on: connection).plan(on: connection) }
    }
}
