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
    private(set) var sums: [Int64: Traffic] = [:]
    /// The last row's, since rows of one follow each other.
    private var lastConversation: Int64?
    private var last = Traffic()

    /// - Parameters:
    ///   - step: seconds; nil for one step, of all of the range.
    ///   - isOrdered: whether rows come in order of time.
    init(_ range: Range<Int64>, step: Int64?, _ condition: FilterCondition? = nil, isOrdered: Bool = false) {
        self.range = range
        self.step = step
        self.condition = condition
        self.isOrdered = isOrdered
    }

    /// Columns: conversation, the first second of the step, or of the range where that begins later, four counts, intervals, those without
    /// counters, connections.
    func sql(_ resolution: Resolution) -> String {
        let start = step.map { step in "max(\(range.lowerBound), \(second(resolution)) / \(step) * \(step))" } ?? "\(range.lowerBound)"
        if resolution == .flows {
            let counts = IntervalLayout.counters.map { "interval." + FlowSchema.name(of: $0.delta(.common)) }
            return """
                SELECT
                  conversation.id,
                  \(start),
                  \(counts.joined(separator: ", ")),
                  1,
                  \(counts.map { "\($0) IS NULL" }.joined(separator: " AND ")),
                  ifnull((\(IntervalLayout.previousEnd)) / 1000 < \(start), 1)
                FROM \(StoreViews.intervals)
                WHERE interval.id >= ? AND interval.id < ?\(filtered)\(isOrdered ? "\nORDER BY interval.id" : "")
                """
        }
        // The period that the start is in, or begins: none leads back to one that it is within.
        let first = "(\(start) + \(resolution.seconds - 1)) / \(resolution.seconds)"
        return """
            SELECT
              sums.conversation,
              \(start),
              \(RollupStatements.counters.map { "sums.\($0)" }.joined(separator: ", ")),
              sums.intervals,
              sums.intervalsWithoutCounters,
              iif(sums.since < 0 OR sums.period - sums.since < \(first), sums.intervals, 0)
            FROM \(resolution.table) AS sums
            LEFT JOIN conversation ON conversation.id = sums.conversation
            WHERE sums.period >= ? AND sums.period < ?\(filtered)\(isOrdered ? "\nORDER BY sums.period" : "")
            """
    }

    private var filtered: String { condition.map { " AND \($0.sql)" } ?? "" }

    private func second(_ resolution: Resolution) -> String {
        resolution == .flows ? "(interval.id >> \(IntervalID.sequenceBits))" : "sums.period * \(resolution.seconds)"
    }

    /// The values of the parameters of `sql` for a segment.
    static func bounds(_ segment: PlannedSegment) -> (Int64, Int64) {
        let seconds = segment.seconds
        if segment.resolution == .flows {
            return (seconds.lowerBound << IntervalID.sequenceBits, seconds.upperBound << IntervalID.sequenceBits)
        }
        return (seconds.lowerBound / segment.resolution.seconds, seconds.upperBound / segment.resolution.seconds)
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
        while try statement.step() { add(statement) }
        keepLast()
    }

    private mutating func add(_ row: Statement) {
        let conversation = row.integer(at: 0) ?? 0
        if conversation != lastConversation {
            keepLast()
            lastConversation = conversation
        }
        last += Self.traffic(in: row)
    }

    private mutating func keepLast() {
        if let lastConversation { sums[lastConversation, default: Traffic()] += last }
        lastConversation = nil
        last = Traffic()
    }

    /// What a row of `sql` tells.
    static func traffic(in row: Statement) -> Traffic {
        var traffic = counts(in: row)
        traffic.intervals = Int(row.integer(at: 6) ?? 0)
        traffic.intervalsWithoutCounters = Int(row.integer(at: 7) ?? 0)
        traffic.connections = Int(row.integer(at: 8) ?? 0)
        return traffic
    }

    /// The four counts of a row, behind two other columns.
    static func counts(in row: Statement) -> Traffic {
        var traffic = Traffic()
        traffic.octets = row.integer(at: 2).map { UInt64(clamping: $0) }
        traffic.reverseOctets = row.integer(at: 3).map { UInt64(clamping: $0) }
        traffic.packets = row.integer(at: 4).map { UInt64(clamping: $0) }
        traffic.reversePackets = row.integer(at: 5).map { UInt64(clamping: $0) }
        return traffic
    }
}
