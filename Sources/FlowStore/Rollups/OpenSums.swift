// SPDX-License-Identifier: Apache-2.0

/// Sums of one resolution that are still to be written to its table, by period and conversation.
struct OpenSums {
    /// Connections that went on after more than one period.
    struct Gap: Hashable {
        let conversation: Int64
        let since: Int64
    }

    struct Period {
        var sums: [Int64: RollupSums] = [:]
        var gaps: [Gap: Int64] = [:]
        var intervals: Int64 = 0
        /// As in `rollup_period`.
        var maximumSince = Rollup.first
    }

    let resolution: Resolution
    private(set) var periods: [Int64: Period] = [:]
    /// The last period that anything was added to; the lowest number if there was none.
    private(set) var newest = Int64.min

    init(_ resolution: Resolution) { self.resolution = resolution }

    var isEmpty: Bool { periods.isEmpty }
    /// Sums of all periods together.
    var count: Int { periods.values.reduce(0) { $0 + $1.sums.count } }

    /// Adds an interval, or takes one away that was added before.
    mutating func add(_ entry: RollupEntry, _ counts: InlineArray<4, Int64>, sign: Int64) {
        let (period, since) = (entry.period(of: resolution), entry.since(in: resolution))
        newest = max(newest, period)
        periods[period, default: Period()].add(entry.conversation, counts, since: since, sign: sign)
    }

    /// Adds what a row of the next finer table says.
    ///
    /// - Parameter continued: of the finer period.
    mutating func add(finer period: Int64, _ conversation: Int64, _ sums: RollupSums, continued: Int64) {
        let (coarse, factor) = (period / resolution.factor, resolution.factor)
        // Those that went on from the period before did so here in the first period only. Longer gaps are added apart.
        let isFirst = period % factor == 0
        periods[coarse, default: Period()].add(conversation, sums, continued: isFirst ? continued : 0)
        newest = max(newest, coarse)
    }

    /// Adds what a row of gaps of the next finer resolution says.
    mutating func add(finer period: Int64, gap: Gap, _ connections: Int64) {
        let (coarse, factor) = (period / resolution.factor, resolution.factor)
        let since = coarse - (period - gap.since) / factor
        guard since > 0 else { return }
        periods[coarse, default: Period()].add(
            Gap(conversation: gap.conversation, since: since), connections, isCounted: period % factor == 0)
    }

    /// Adds what is known of a finer period as a whole.
    mutating func add(finer period: Int64, maximumSince: Int64) {
        let (coarse, factor) = (period / resolution.factor, resolution.factor)
        let since = maximumSince < 0 ? maximumSince : coarse - (period - maximumSince) / factor
        periods[coarse, default: Period()].maximumSince = max(periods[coarse]?.maximumSince ?? Rollup.first, since)
    }

    /// Takes out a period.
    mutating func remove(_ period: Int64) -> Period? { periods.removeValue(forKey: period) }

    mutating func removeAll() { periods.removeAll(keepingCapacity: true) }
}

extension OpenSums.Period {
    fileprivate mutating func add(_ conversation: Int64, _ counts: InlineArray<4, Int64>, since: Int64, sign: Int64) {
        sums[conversation, default: RollupSums()].add(counts, since: since, sign: sign)
        if since > 1 { gaps[OpenSums.Gap(conversation: conversation, since: since), default: 0] += sign }
        intervals += sign
        maximumSince = max(maximumSince, since)
    }

    fileprivate mutating func add(_ conversation: Int64, _ finer: RollupSums, continued: Int64) {
        sums[conversation, default: RollupSums()].add(finer, continued: continued)
        intervals += finer.intervals
    }

    fileprivate mutating func add(_ gap: OpenSums.Gap, _ connections: Int64, isCounted: Bool) {
        sums[gap.conversation, default: RollupSums()].addGap(connections, isCounted: isCounted, isLong: gap.since > 1)
        if gap.since > 1 { gaps[gap, default: 0] += connections }
    }
}
