// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// What moved over time, step by step.
public struct SeriesQuery: Sendable {
    /// What to tell apart, at most eight fields for which ``FlowStore/isGroupable(_:)`` holds; empty for everything together.
    public var fields: [FlowField]
    /// Seconds of a step; steps begin at multiples of it after 1970-01-01T00:00:00Z, the first one with the range.
    public var step: Int64
    public var range: TimeRange
    /// Nothing coarser is read.
    var coarsestAllowed = Resolution.day

    public init(fields: [FlowField] = [], step: Int64, range: TimeRange) {
        self.fields = fields
        self.step = max(1, step)
        self.range = range
    }
}

/// The answer to a ``SeriesQuery``.
public struct SeriesResult: Sendable {
    public struct Point: Sendable {
        /// The step's first moment.
        public let start: Timestamp
        /// A value for each field of the query, as the view `flows` has it.
        public let key: [ResultValue]
        /// `connections` are different ones within the step.
        public let traffic: Traffic
    }

    /// By time, and within a step in an order of keys that is the same in all. Steps in which nothing moved are not there.
    public var points: [Point] = []
}

extension FlowReader {
    public func series(_ query: SeriesQuery) throws(StoreError) -> SeriesResult {
        try read { connection throws(StoreError) in try SeriesScan(query).run(on: connection) }
    }

    /// What ``series(_:)`` would read to answer a question.
    public func plan(_ query: SeriesQuery) throws(StoreError) -> QueryPlan {
        try read { connection throws(StoreError) in try SeriesScan(query).plan(on: connection) }
    }
}

/// Adds up traffic by step and group.
struct SeriesScan {
    private let query: SeriesQuery

    private struct Cell: Hashable {
        let start: Int64
        let key: GroupKeys.Key
    }

    init(_ query: SeriesQuery) {
        self.query = query
    }

    /// Steps are whole periods of it.
    private var coarsest: Resolution {
        let having = min(query.coarsestAllowed, Resolution.coarsest(having: query.fields))
        return Resolution.allCases.last { $0 <= having && query.step % $0.seconds == 0 } ?? .flows
    }

    private var isOfConversations: Bool { min(query.coarsestAllowed, Resolution.coarsest(having: query.fields)) != .flows }

    func run(on connection: Connection) throws(StoreError) -> SeriesResult {
        var keys = GroupKeys(query.fields)
        let cells = try isOfConversations ? sums(on: connection, &keys) : intervals(on: connection, &keys)
        let texts = try KeyTexts(connection, keys.definitions)
        var result = SeriesResult()
        let ordered = cells.sorted { $0.key.start == $1.key.start ? keys.precedes($0.key.key, $1.key.key) : $0.key.start < $1.key.start }
        for (cell, traffic) in ordered {
            result.points.append(
                SeriesResult.Point(start: Timestamp(seconds: cell.start), key: try keys.texts(of: cell.key, texts), traffic: traffic))
        }
        return result
    }

    func plan(on connection: Connection) throws(StoreError) -> QueryPlan {
        let (segments, range) = try QueryPlanner(connection).plan(query.range.wholeSeconds, coarsest: coarsest)
        let (keys, scan) = (GroupKeys(query.fields), SumScan(range, step: query.step))
        return try QueryPlan(segments, range, on: connection) { isOfConversations ? scan.sql($0) : intervalsSQL(keys, range) }
    }

    private func sums(on connection: Connection, _ keys: inout GroupKeys) throws(StoreError) -> [Cell: Traffic] {
        let (segments, range) = try QueryPlanner(connection).plan(query.range.wholeSeconds, coarsest: coarsest)
        var scan = SumScan(range, step: query.step)
        for segment in segments { try scan.add(segment, on: connection) }
        let columns = ["id"] + keys.definitions.map(StoreViews.stored)
        let conversation = try Statement(connection, "SELECT \(columns.joined(separator: ", ")) FROM conversation WHERE id = ?")
        var known: [Int64: GroupKeys.Key] = [:]
        var cells: [Cell: Traffic] = [:]
        for (sum, traffic) in scan.sums {
            if known[sum.conversation] == nil {
                conversation.bind(sum.conversation, at: 1)
                guard try conversation.step() else { continue }
                known[sum.conversation] = keys.key(in: conversation, from: 1)
                conversation.reset()
            }
            guard let key = known[sum.conversation] else { continue }
            let cell = Cell(start: sum.start, key: key)
            cells[cell] = (cells[cell] ?? Traffic()) + traffic
        }
        return cells
    }

    private func intervalsSQL(_ keys: GroupKeys, _ range: Range<Int64>) -> String {
        let start = "max(\(range.lowerBound), (interval.id >> \(IntervalID.sequenceBits)) / \(query.step) * \(query.step))"
        let counters = IntervalLayout.counters.map { IntervalLayout.expression(of: $0.delta(.common)) }
        return """
            SELECT \(([start, "interval.connection"] + counters + keys.definitions.map(StoreViews.stored)).joined(separator: ", "))
            FROM \(StoreViews.intervals)
            WHERE interval.id >= ? AND interval.id < ?
            """
    }

    private func intervals(on connection: Connection, _ keys: inout GroupKeys) throws(StoreError) -> [Cell: Traffic] {
        struct Member: Hashable {
            let cell: Cell
            let connection: Int64
        }
        let (segments, range) = try QueryPlanner(connection).plan(query.range.wholeSeconds, coarsest: .flows)
        var cells: [Cell: Traffic] = [:]
        var members: Set<Member> = []
        let row = try Statement(connection, intervalsSQL(keys, range))
        for segment in segments {
            let (lower, upper) = SumScan.bounds(segment)
            row.bind(lower, at: 1)
            row.bind(upper, at: 2)
            while try row.step() {
                let cell = Cell(start: row.integer(at: 0) ?? 0, key: keys.key(in: row, from: 6))
                var traffic = Traffic()
                traffic.octets = row.integer(at: 2).map { UInt64(clamping: $0) }
                traffic.reverseOctets = row.integer(at: 3).map { UInt64(clamping: $0) }
                traffic.packets = row.integer(at: 4).map { UInt64(clamping: $0) }
                traffic.reversePackets = row.integer(at: 5).map { UInt64(clamping: $0) }
                traffic.intervals = 1
                if traffic.allOctets == nil, traffic.allPackets == nil { traffic.intervalsWithoutCounters = 1 }
                if members.insert(Member(cell: cell, connection: row.integer(at: 1) ?? 0)).inserted { traffic.connections = 1 }
                cells[cell] = (cells[cell] ?? Traffic()) + traffic
            }
        }
        return cells
    }
}
