// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Groups the traffic of a range in one pass, by hash: SQLite's GROUP BY sorts, which costs most of its time here.
///
/// From single intervals when a field of the question belongs to them; memory grows with the range's connections (about 40 octets each) and
/// groups. Otherwise from sums, as ``QueryPlanner`` chooses.
struct TopScan {
    private struct Membership: Hashable {
        let group: Int
        let connection: Int64
    }

    private let query: TopQuery
    private var keys: GroupKeys
    private var groups: [GroupKeys.Key: Int] = [:]
    private var groupKeys: [GroupKeys.Key] = []
    private var traffic: [Traffic] = []
    private var members: Set<Membership> = []
    private var connections: Set<Int64> = []
    private var connectionCount = 0
    private var halves = ObservedHalves()

    init(_ query: TopQuery) {
        self.query = query
        keys = GroupKeys(query.fields)
    }

    private static let counterColumns = [FlowCounter.octets, .reverseOctets, .packets, .reversePackets].map {
        IntervalLayout.expression(of: $0.delta(.common))
    }

    private var sql: String {
        let columns = ["interval.connection", "conversation.observation"] + Self.counterColumns + keys.definitions.map(StoreViews.stored)
        return """
            SELECT \(columns.joined(separator: ", "))
            FROM \(StoreViews.intervals)
            WHERE interval.id >= ? AND interval.id < ?\(condition.map { " AND \($0.sql)" } ?? "")
            """
    }

    private var condition: FilterCondition? { query.filter.map { FilterCondition($0) } }

    mutating func run(on connection: Connection) throws(StoreError) -> TopResult {
        let (segments, range) = try QueryPlanner(connection).plan(query.range.wholeSeconds, coarsest: query.coarsest)
        if query.coarsest == .flows {
            for segment in segments { try scanIntervals(segment, on: connection) }
        } else {
            try scanSums(segments, range, on: connection)
        }
        return try result(on: connection)
    }

    func plan(on connection: Connection) throws(StoreError) -> QueryPlan {
        let (segments, range) = try QueryPlanner(connection).plan(query.range.wholeSeconds, coarsest: query.coarsest)
        let scan = SumScan(range, step: nil, condition)
        return try QueryPlan(segments, range, condition, on: connection) { query.coarsest == .flows ? sql : scan.sql($0) }
    }
}

// From single intervals.
extension TopScan {
    private mutating func scanIntervals(_ segment: PlannedSegment, on connection: Connection) throws(StoreError) {
        let statement = try Statement(connection, sql)
        try SumScan.bind(segment, condition, to: statement)
        while try statement.step() { add(statement) }
        connectionCount = connections.count
    }

    private mutating func add(_ row: Statement) {
        let group = group(of: keys.key(in: row, from: 6))
        let connection = row.integer(at: 0) ?? 0

        var interval = Traffic()
        interval.octets = row.integer(at: 2).map { UInt64(clamping: $0) }
        interval.reverseOctets = row.integer(at: 3).map { UInt64(clamping: $0) }
        interval.packets = row.integer(at: 4).map { UInt64(clamping: $0) }
        interval.reversePackets = row.integer(at: 5).map { UInt64(clamping: $0) }
        interval.intervals = 1
        if interval.allOctets == nil, interval.allPackets == nil { interval.intervalsWithoutCounters = 1 }
        if members.insert(Membership(group: group, connection: connection)).inserted { interval.connections = 1 }
        if connections.insert(connection).inserted { halves.count(observation: row.integer(at: 1)) }
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
        let columns = ["observation"] + keys.definitions.map(StoreViews.stored)
        let conversation = try Statement(connection, "SELECT \(columns.joined(separator: ", ")) FROM conversation WHERE id = ?")
        for (key, sum) in scan.sums {
            conversation.bind(key.conversation, at: 1)
            guard try conversation.step() else { continue }
            let group = group(of: keys.key(in: conversation, from: 1))
            halves.count(observation: conversation.integer(at: 0), sum.connections)
            conversation.reset()
            traffic[group] = traffic[group] + sum
            connectionCount += sum.connections
        }
    }
}

extension TopScan {
    private func result(on connection: Connection) throws(StoreError) -> TopResult {
        var result = TopResult()
        result.halves = halves
        result.totals = traffic.reduce(Traffic(), +)
        // A connection may be in several groups, such as two of tcpState.
        result.totals.connections = connectionCount

        let ranked = traffic.indices.sorted { precedes($0, $1) }
        let named = ranked.prefix(query.limit ?? .max)
        let texts = try KeyTexts(connection, keys.definitions)
        for group in named {
            result.groups.append(TopResult.Group(key: try keys.texts(of: groupKeys[group], texts), traffic: traffic[group]))
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

extension TopQuery {
    /// The coarsest relation that has all that is asked for.
    var coarsest: Resolution { min(coarsestAllowed, Resolution.coarsest(having: filter?.fields.union(fields) ?? Set(fields))) }
}

extension QueryPlan {
    init(
        _ segments: [PlannedSegment], _ range: Range<Int64>, _ condition: FilterCondition? = nil, on connection: Connection,
        sql: (Resolution) -> String
    ) throws(StoreError) {
        var parts: [Part] = []
        for segment in segments {
            let column = segment.resolution == .flows ? "id" : "period"
            let count = try Statement(connection, "SELECT count(*) FROM \(segment.resolution.table) WHERE \(column) >= ? AND \(column) < ?")
            try SumScan.bind(segment, to: count)
            let (lower, upper) = SumScan.bounds(segment)
            parts.append(
                Part(
                    resolution: segment.resolution, range: TimeRange(wholeSeconds: segment.seconds), sql: sql(segment.resolution),
                    values: [.integer(lower), .integer(upper)] + (condition?.values ?? []), rows: Int(try count.firstInteger() ?? 0)))
        }
        self.init(parts: parts, range: TimeRange(wholeSeconds: range))
    }
}

extension FlowReader {
    public func top(_ query: TopQuery) throws(StoreError) -> TopResult {
        try read { connection throws(StoreError) in
            var scan = TopScan(query)
            return try scan.run(on: connection)
        }
    }

    /// What ``top(_:)`` would read to answer a question. Counts rows, and reads nothing else of them.
    public func plan(_ query: TopQuery) throws(StoreError) -> QueryPlan {
        try read { connection throws(StoreError) in try TopScan(query).plan(on: connection) }
    }
}
