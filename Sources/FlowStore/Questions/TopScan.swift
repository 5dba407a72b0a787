// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Groups the traffic of a range in one pass, by hash: SQLite's GROUP BY sorts, which costs most of its time here.
///
/// From single intervals when a field of the question belongs to them; memory grows with the range's connections (about 40 octets each, twice
/// that by either end) and groups. Otherwise from sums, as ``QueryPlanner`` chooses.
struct TopScan {
    private struct Membership: Hashable {
        let group: Int
        let connection: Int64
    }

    private let query: TopQuery
    private let condition: FilterCondition?
    private let reading: IntervalReading
    private(set) var keys: GroupKeys
    private var groups: [GroupKeys.Key: Int] = [:]
    private var groupKeys: [GroupKeys.Key] = []
    private var traffic: [Traffic] = []
    private var members: Set<Membership> = []
    private var connections: Set<Int64> = []
    private var totals = Traffic()
    private var halves = ObservedHalves()

    init(_ query: TopQuery, on connection: Connection) throws(StoreError) {
        self.query = query
        condition = query.filter.map { FilterCondition($0) }
        reading = IntervalReading(query.key, condition)
        keys = try GroupKeys(query.key, from: query.isOfConversations ? 1 : IntervalReading.firstField, connection)
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
        return try result()
    }

    func plan(on connection: Connection) throws(StoreError) -> QueryPlan {
        let (segments, range) = try QueryPlanner(connection).plan(query.range.wholeSeconds, coarsest: query.coarsest)
        let scan = SumScan(range, step: nil, condition)
        return try QueryPlan(segments, range, condition, on: connection) { query.isOfConversations ? scan.sql($0) : reading.sql }
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
        let connection = row.integer(at: 0) ?? 0
        var interval = IntervalReading.traffic(in: row)
        let ends = try keys.ends(in: row)
        if let key = ends.source { count(interval, of: connection, in: key) }
        if let key = ends.destination { count(keys.isTurned ? interval.reversed : interval, of: connection, in: key) }
        if connections.insert(connection).inserted {
            halves.count(observation: row.integer(at: 1))
            interval.connections = 1
        }
        totals = totals + interval
    }

    private mutating func addConnections(of scan: ConnectionScan, on connection: Connection) throws(StoreError) {
        // A copy that changes nothing in the end, since the body cannot use what is being changed.
        var answer = self
        try scan.forEach(on: connection) { row, sum throws(StoreError) in
            var sum = sum
            sum.connections = 1
            answer.halves.count(observation: row.integer(at: 1))
            let ends = try answer.keys.ends(in: row)
            if let key = ends.source { answer.add(sum, to: key) }
            if let key = ends.destination { answer.add(answer.keys.isTurned ? sum.reversed : sum, to: key) }
            answer.totals += sum
        }
        self = answer
    }

    private mutating func count(_ interval: Traffic, of connection: Int64, in key: GroupKeys.Key) {
        let group = group(of: key)
        var interval = interval
        if members.insert(Membership(group: group, connection: connection)).inserted { interval.connections = 1 }
        traffic[group] = traffic[group] + interval
    }

    private mutating func group(of key: GroupKeys.Key) -> Int {
        if let group = groups[key] { return group }
        groups[key] = groupKeys.count
        groupKeys.append(key)
        traffic.append(Traffic())
        return groupKeys.count - 1
    }
}

// From sums by conversation.
extension TopScan {
    private mutating func scanSums(_ segments: [PlannedSegment], _ range: Range<Int64>, on connection: Connection) throws(StoreError) {
        var scan = SumScan(range, step: nil, condition)
        for segment in segments { try scan.add(segment, on: connection) }
        let conversation = try Statement(connection, query.key.conversationSQL)
        for (id, sum) in zip(scan.sums.keys, scan.sums.traffic) {
            conversation.bind(id, at: 1)
            guard try conversation.step() else { continue }
            let ends = try keys.ends(in: conversation)
            halves.count(observation: conversation.integer(at: 0), sum.connections)
            conversation.reset()
            if let key = ends.source { add(sum, to: key) }
            if let key = ends.destination { add(keys.isTurned ? sum.reversed : sum, to: key) }
            totals = totals + sum
        }
    }

    private mutating func add(_ sum: Traffic, to key: GroupKeys.Key) {
        let group = group(of: key)
        traffic[group] += sum
    }
}

extension TopScan {
    /// The groups that the answer names, in its order.
    var named: [GroupKeys.Key] { ranked.prefix(query.limit ?? .max).map { groupKeys[$0] } }

    private var ranked: [Int] { traffic.indices.sorted { precedes($0, $1) } }

    private func result() throws(StoreError) -> TopResult {
        var result = TopResult()
        result.halves = halves
        // Not the groups' sum: a flow may be in two groups, and a connection in one for each of its values, as of tcpState.
        result.totals = totals
        let ranked = ranked
        let named = ranked.prefix(query.limit ?? .max)
        for group in named {
            result.groups.append(TopResult.Group(key: try keys.values(of: groupKeys[group]), traffic: traffic[group]))
        }
        let others = ranked.dropFirst(named.count)
        if !others.isEmpty { result.others = others.reduce(Traffic()) { $0 + traffic[$1] } }
        result.otherGroupCount = others.count
        return result
    }

    /// The order of ``TopResult/groups``.
    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let (left, right) = (traffic[a].measure(query.order), traffic[b].measure(query.order))
        if left == right { return keys.precedes(groupKeys[a], groupKeys[b]) }
        return (left ?? 0, left != nil ? 1 : 0) > (right ?? 0, right != nil ? 1 : 0)
    }
}

/// A row for each interval of a segment: connection, observation, four counts, then the fields of a key.
struct IntervalReading {
    /// Parameters: the first id and the one behind the last, then the condition's.
    let sql: String

    /// The column of the key's first field.
    static let firstField: Int32 = 6

    /// - Parameter isOrdered: whether rows come in order of time, each with its id in the last column.
    init(_ key: GroupKey, _ condition: FilterCondition?, isOrdered: Bool = false) {
        let counters = IntervalLayout.counters.map { IntervalLayout.expression(of: $0.delta(.common)) }
        let fields = key.fields.map { StoreViews.stored(FlowSchema.definition(of: $0)) }
        let columns = ["interval.connection", "conversation.observation"] + counters + fields + (isOrdered ? ["interval.id"] : [])
        sql = """
            SELECT \(columns.joined(separator: ", "))
            FROM \(StoreViews.intervals)
            WHERE interval.id >= ? AND interval.id < ?\(condition.map { " AND \($0.sql)" } ?? "")\(isOrdered ? "\nORDER BY interval.id" : "")
            """
    }

    /// Without its connection, of which others may have been counted.
    static func traffic(in row: Statement) -> Traffic {
        var interval = SumScan.counts(in: row)
        interval.intervals = 1
        if interval.allOctets == nil, interval.allPackets == nil { interval.intervalsWithoutCounters = 1 }
        return interval
    }
}

extension GroupKey {
    /// Of a conversation, which is its parameter: observation, then the key's fields.
    var conversationSQL: String {
        let columns = ["observation"] + fields.map { StoreViews.stored(FlowSchema.definition(of: $0)) }
        return "SELECT \(columns.joined(separator: ", ")) FROM conversation WHERE id = ?"
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
