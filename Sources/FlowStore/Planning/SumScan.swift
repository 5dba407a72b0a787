// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Adds up traffic by conversation over the segments of a plan, or tells it step by step.
struct SumScan {
    private let range: Range<Int64>
    private let step: Int64?
    /// Of the fields of conversations.
    private let condition: FilterCondition?
    private let isOrdered: Bool
    /// By conversation.
    private(set) var sums = KeyedTraffic()

    /// - Parameters:
    ///   - step: seconds; nil for one step, of all of the range.
    ///   - isOrdered: whether rows come in order of time.
    init(_ range: Range<Int64>, step: Int64?, _ condition: FilterCondition? = nil, isOrdered: Bool = false) {
        self.range = range
        self.step = step
        self.condition = condition
        self.isOrdered = isOrdered
    }

    /// Columns: conversation, four counts, intervals, those without counters, connections; with steps then the first second of the step, or of the
    /// range where that begins later.
    func sql(_ resolution: Resolution) -> String {
        let period = Rollup.period("sums")
        let second = resolution == .flows ? "(interval.id >> \(IntervalID.sequenceBits))" : "\(period) * \(resolution.seconds)"
        let start = step.map { step in "max(\(range.lowerBound), \(second) / \(step) * \(step))" } ?? "\(range.lowerBound)"
        let told = step == nil ? "" : ",\n  \(start)"
        if resolution == .flows {
            let counts = IntervalLayout.counters.map { "interval." + FlowSchema.name(of: $0.delta(.common)) }
            return """
                SELECT
                  connection.conversation,
                  \(counts.joined(separator: ", ")),
                  1,
                  \(counts.map { "\($0) IS NULL" }.joined(separator: " AND ")),
                  ifnull((\(IntervalLayout.previousEnd)) / 1000 < \(start), 1)\(told)
                FROM interval
                LEFT JOIN connection ON connection.id = interval.connection
                LEFT JOIN conversation ON conversation.id = connection.conversation
                WHERE interval.id >= ? AND interval.id < ?\(filtered)\(isOrdered ? "\nORDER BY interval.id" : "")
                """
        }
        // Connections that went on from before the start: all that went on in the period that begins with it, later those whose gap leads back
        // ahead of it. Where the start is within a period none leads back to that very one, the planner sees to it.
        return """
            SELECT
              \(Rollup.conversation("sums")),
              \(RollupStatements.counters.map { "sums.\($0)" }.joined(separator: ", ")),
              sums.intervals,
              sums.intervalsWithoutCounters,
              sums.newConnections + CASE
                WHEN \(period) * \(resolution.seconds) <= \(start) THEN sums.continuedConnections
                WHEN sums.gapConnections = 0 THEN 0
                ELSE (
                  SELECT ifnull(sum(connections), 0)
                  FROM rollup_gap
                  WHERE resolution = '\(resolution.name)' AND period = \(period) AND conversation = \(Rollup.conversation("sums"))
                    AND period - since < \(start) / \(resolution.seconds)
                )
              END\(told)
            FROM \(resolution.table) AS sums
            LEFT JOIN conversation ON conversation.id = \(Rollup.conversation("sums"))
            WHERE sums.id >= ? AND sums.id < ?\(filtered)\(isOrdered ? "\nORDER BY sums.id" : "")
            """
    }

    private var filtered: String { condition.map { " AND \($0.sql)" } ?? "" }

    /// The ids of a segment's rows: the first one's, and one behind the last.
    static func bounds(_ segment: PlannedSegment) -> (Int64, Int64) {
        let seconds = segment.seconds
        if segment.resolution == .flows {
            return (seconds.lowerBound << IntervalID.sequenceBits, seconds.upperBound << IntervalID.sequenceBits)
        }
        let (first, end) = (seconds.lowerBound / segment.resolution.seconds, seconds.upperBound / segment.resolution.seconds)
        return (Rollup.id(first, 0), Rollup.id(end, 0))
    }

    /// Binds a segment, and then the values of a condition, to the parameters of a statement.
    static func bind(_ segment: PlannedSegment, _ condition: FilterCondition? = nil, to statement: Statement) throws(StoreError) {
        let (lower, upper) = bounds(segment)
        statement.bind(lower, at: 1)
        statement.bind(upper, at: 2)
        for (index, value) in (condition?.values ?? []).enumerated() { try statement.bind(value, at: Int32(index + 3)) }
    }

    mutating func add(_ segment: PlannedSegment, on connection: Connection) throws(StoreError) {
        let statement = try Statement(connection, sql(segment.resolution))
        try Self.bind(segment, condition, to: statement)
        while try statement.step() {
            sums.add(
                statement, countsFrom: 1, intervals: Int(statement.integer(at: 5) ?? 0),
                withoutCounters: Int(statement.integer(at: 6) ?? 0), connections: Int(statement.integer(at: 7) ?? 0),
                to: statement.integer(at: 0) ?? 0)
        }
    }

    /// The column of a step's first second.
    static let stepColumn: Int32 = 8

    /// What a row of `sql` tells.
    static func traffic(in row: Statement) -> Traffic {
        var traffic = Traffic()
        traffic.add(
            row, countsFrom: 1, intervals: Int(row.integer(at: 5) ?? 0), withoutCounters: Int(row.integer(at: 6) ?? 0),
            connections: Int(row.integer(at: 7) ?? 0))
        return traffic
    }
}
