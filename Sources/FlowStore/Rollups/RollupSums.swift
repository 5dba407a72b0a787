// SPDX-License-Identifier: Apache-2.0

/// Where in time an interval is, and whose it is: what tells to which sums it belongs.
struct RollupEntry {
    /// In which the interval ended.
    let second: Int64
    /// In which the connection's interval before ended; nil for its first.
    let previousSecond: Int64?
    let conversation: Int64

    func period(of resolution: Resolution) -> Int64 { second / resolution.seconds }

    /// Periods back to the connection's interval before; ``Rollup/first`` for its first.
    func since(in resolution: Resolution) -> Int64 {
        previousSecond.map { max(0, period(of: resolution) - max(0, $0) / resolution.seconds) } ?? Rollup.first
    }
}

/// How sums are laid out in their tables.
enum Rollup {
    /// Stands for no interval before.
    static let first: Int64 = -1

    /// The lower bits of a row's id.
    static let conversationBits: Int64 = 34
    static let conversations: Range<Int64> = 0..<(1 << conversationBits)
    /// Minutes that fit above in a positive id, until the year 2990. What ends later is in no sums.
    static let periods: Range<Int64> = 0..<(1 << (63 - conversationBits))

    static func id(_ period: Int64, _ conversation: Int64) -> Int64 { period << conversationBits | conversation }

    /// The SQL of a row's period and conversation.
    static func period(_ table: String) -> String { "(\(table).id >> \(conversationBits))" }
    static func conversation(_ table: String) -> String { "(\(table).id & \(conversations.upperBound - 1))" }
}

/// Sums over intervals of a conversation in a period. Counters that no interval had are unknown.
struct RollupSums {
    /// In the order of `IntervalLayout.counters`.
    private(set) var counters = InlineArray<4, Int64>(repeating: 0)
    private(set) var known = InlineArray<4, Bool>(repeating: false)
    private(set) var intervals: Int64 = 0
    private(set) var intervalsWithoutCounters: Int64 = 0
    private(set) var newConnections: Int64 = 0
    /// Whose interval before ended in an earlier period.
    private(set) var continuedConnections: Int64 = 0
    /// Of those the ones whose interval before ended more than one period earlier.
    private(set) var gapConnections: Int64 = 0
    /// Whether something was taken away, so that nothing, or nothing that was counted, may be left.
    private(set) var isReduced = false

    init() {}

    /// A row of a table of sums, its continued connections left out: how many of them there are at a coarser resolution is to be told.
    ///
    /// - Parameter index: the column of the first counter; the others follow in the order of the table.
    init(_ row: Statement, from index: Int32) {
        for counter in 0..<4 {
            guard let count = row.integer(at: index + Int32(counter)) else { continue }
            counters[counter] = count
            known[counter] = true
        }
        intervals = row.integer(at: index + 4) ?? 0
        intervalsWithoutCounters = row.integer(at: index + 5) ?? 0
        newConnections = row.integer(at: index + 6) ?? 0
    }

    /// Adds an interval, or takes one away that was added before.
    ///
    /// - Parameter counts: four, ``IntervalCounts/unknown`` where nobody counted.
    mutating func add(_ counts: InlineArray<4, Int64>, since: Int64, sign: Int64) {
        var isCounted = false
        for index in 0..<4 where counts[index] != IntervalCounts.unknown {
            isCounted = true
            add(sign * counts[index], to: index)
        }
        intervals += sign
        if sign < 0 { isReduced = true }
        if !isCounted { intervalsWithoutCounters += sign }
        if since == Rollup.first { newConnections += sign }
        if since > 0 { continuedConnections += sign }
        if since > 1 { gapConnections += sign }
    }

    /// Adds sums of a finer resolution, of which so many connections are continued ones here.
    mutating func add(_ other: RollupSums, continued: Int64) {
        for index in 0..<4 where other.known[index] { add(other.counters[index], to: index) }
        intervals += other.intervals
        intervalsWithoutCounters += other.intervalsWithoutCounters
        newConnections += other.newConnections
        continuedConnections += continued
        isReduced = isReduced || other.isReduced
    }

    /// Adds connections that went on after a gap.
    ///
    /// - Parameters:
    ///   - isCounted: whether they are among the continued ones already.
    ///   - isLong: whether the gap is of more than one period.
    mutating func addGap(_ connections: Int64, isCounted: Bool, isLong: Bool) {
        if !isCounted { continuedConnections += connections }
        if isLong { gapConnections += connections }
    }

    private mutating func add(_ count: Int64, to index: Int) {
        known[index] = true
        let (sum, overflow) = counters[index].addingReportingOverflow(count)
        counters[index] = overflow ? (count > 0 ? .max : .min) : sum
    }

    /// Whether nothing changes by adding it: what was added was taken away again.
    var isNothing: Bool {
        for index in 0..<4 where counters[index] != 0 { return false }
        return intervals == 0 && intervalsWithoutCounters == 0 && newConnections == 0 && continuedConnections == 0 && gapConnections == 0
    }
}
