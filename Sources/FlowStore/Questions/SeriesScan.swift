// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Adds up traffic step by step, in order of time, of everything and of given groups.
struct SeriesScan {
    private let query: SeriesQuery
    private let condition: FilterCondition?
    private var keys: GroupKeys
    private let groups: [GroupKeys.Key: Int]
    private var steps: [SeriesResult.Step] = []
    private var current: Current?

    /// The step that is being added up.
    private struct Current {
        let start: Int64
        private(set) var total = Traffic()
        private(set) var groups: [Traffic?]
        /// The connections that were met, in which of the groups; of single intervals only, since sums know which are new.
        private var connections: Set<Int64> = []
        private var members: Set<Member> = []

        init(start: Int64, groupCount: Int) {
            self.start = start
            groups = Array(repeating: nil, count: groupCount)
        }

        mutating func add(_ sum: Traffic, at places: Places, isTurned: Bool) {
            if let group = places.source { add(sum, to: group) }
            if let group = places.destination { add(isTurned ? sum.reversed : sum, to: group) }
            total += sum
        }

        private mutating func add(_ sum: Traffic, to group: Int) { groups[group] = (groups[group] ?? Traffic()) + sum }

        mutating func add(_ interval: Traffic, of connection: Int64, at places: Places, isTurned: Bool) {
            if let group = places.source { add(interval, of: connection, to: group) }
            if let group = places.destination { add(isTurned ? interval.reversed : interval, of: connection, to: group) }
            var interval = interval
            if connections.insert(connection).inserted { interval.connections = 1 }
            total += interval
        }

        private mutating func add(_ interval: Traffic, of connection: Int64, to group: Int) {
            var interval = interval
            if members.insert(Member(group: group, connection: connection)).inserted { interval.connections = 1 }
            add(interval, to: group)
        }
    }

    private struct Member: Hashable {
        let group: Int
        let connection: Int64
    }

    /// The groups that a flow counts in, of those that are named.
    private struct Places {
        let source: Int?
        let destination: Int?
    }

    /// - Parameters:
    ///   - keys: those that `named` are of.
    ///   - named: the groups that are told apart.
    init(_ query: SeriesQuery, keys: GroupKeys, named: [GroupKeys.Key]) {
        self.query = query
        self.keys = keys
        condition = query.whole.filter.map { FilterCondition($0) }
        groups = Dictionary(uniqueKeysWithValues: named.enumerated().map { ($0.element, $0.offset) })
    }

    /// What is read at once: a range, and the length of the steps that it is cut into, or nil where it is one step.
    private var parts: [(range: Range<Int64>, step: Int64?)] {
        let whole = query.whole.range.wholeSeconds
        switch query.steps {
        case .every(let step): return [(whole, max(1, step))]
        case .between(let bounds):
            let within = bounds.filter { $0 > whole.lowerBound && $0 < whole.upperBound }
            let ends = [whole.lowerBound] + within + [whole.upperBound]
            return zip(ends, ends.dropFirst()).map { ($0..<$1, nil) }
        }
    }

    mutating func run(on connection: Connection) throws(StoreError) -> [SeriesResult.Step] {
        let planner = try QueryPlanner(connection)
        for part in parts {
            let (segments, range) = try planner.plan(part.range, coarsest: query.coarsest)
            if query.whole.isOfConversations {
                try scanSums(segments, range, step: part.step, on: connection)
            } else {
                for segment in segments { try scanIntervals(segment, from: range.lowerBound, step: part.step, on: connection) }
            }
            endStep()
        }
        return steps
    }

    /// Unequal steps are read one by one; told is how all of them together would be.
    func plan(on connection: Connection) throws(StoreError) -> QueryPlan {
        let (segments, range) = try QueryPlanner(connection).plan(query.whole.range.wholeSeconds, coarsest: query.coarsest)
        let scan = SumScan(range, step: parts.first?.step ?? nil, condition, isOrdered: true)
        let reading = IntervalReading(query.whole.key, condition, isOrdered: true)
        return try QueryPlan(segments, range, condition, on: connection) {
            query.whole.isOfConversations ? scan.sql($0) : reading.sql
        }
    }

    private mutating func beginStep(at start: Int64) {
        if let current, current.start == start { return }
        endStep()
        current = Current(start: start, groupCount: groups.count)
    }

    private mutating func endStep() {
        guard let current else { return }
        self.current = nil
        steps.append(SeriesResult.Step(start: Timestamp(seconds: current.start), total: current.total, groups: current.groups))
    }

    private mutating func places(in row: Statement) throws(StoreError) -> Places {
        let ends = try keys.ends(in: row)
        return Places(source: ends.source.flatMap { groups[$0] }, destination: ends.destination.flatMap { groups[$0] })
    }
}

// From single intervals.
extension SeriesScan {
    private mutating func scanIntervals(
        _ segment: PlannedSegment, from first: Int64, step: Int64?, on connection: Connection
    ) throws(StoreError) {
        let reading = IntervalReading(query.whole.key, condition, isOrdered: true)
        let row = try Statement(connection, reading.sql)
        try SumScan.bind(segment, condition, to: row)
        while try row.step() {
            let second = (row.integer(at: row.columnCount - 1) ?? 0) >> IntervalID.sequenceBits
            beginStep(at: step.map { max(first, second / $0 * $0) } ?? first)
            let places = try places(in: row)
            current?.add(reading.traffic(in: row), of: row.integer(at: 0) ?? 0, at: places, isTurned: keys.isTurned)
        }
    }
}

// From sums by conversation.
extension SeriesScan {
    private mutating func scanSums(
        _ segments: [PlannedSegment], _ range: Range<Int64>, step: Int64?, on connection: Connection
    ) throws(StoreError) {
        let scan = SumScan(range, step: step, condition, isOrdered: true)
        let conversation = try Statement(connection, query.whole.key.conversationsSQL)
        var known: [Int64: Places] = [:]
        for segment in segments {
            let row = try Statement(connection, scan.sql(segment.resolution))
            try SumScan.bind(segment, condition, to: row)
            while try row.step() {
                let id = row.integer(at: 0) ?? 0
                if known[id] == nil {
                    conversation.bind(id, at: 1)
                    conversation.bind(id, at: 2)
                    guard try conversation.step() else { continue }
                    known[id] = try places(in: conversation)
                    conversation.reset()
                }
                guard let places = known[id] else { continue }
                beginStep(at: step == nil ? range.lowerBound : row.integer(at: SumScan.stepColumn) ?? range.lowerBound)
                current?.add(SumScan.traffic(in: row), at: places, isTurned: keys.isTurned)
            }
        }
    }
}
