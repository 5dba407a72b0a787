// SPDX-License-Identifier: Apache-2.0

/// Which sum an interval belongs to.
struct RollupKey: Hashable {
    /// Of the resolution at hand; minutes while it is in memory.
    var period: Int64
    let conversation: Int64
    /// Periods back to the connection's interval before; -1 for its first.
    var since: Int64

    static let first: Int64 = -1

    init(period: Int64, conversation: Int64, since: Int64) {
        self.period = period
        self.conversation = conversation
        self.since = since
    }

    /// - Parameters:
    ///   - second: in which the interval ended.
    ///   - previousSecond: in which the one before ended; nil for a first one.
    init(second: Int64, previousSecond: Int64?, conversation: Int64) {
        period = second / Resolution.minute.seconds
        self.conversation = conversation
        since = previousSecond.map { max(0, second / Resolution.minute.seconds - max(0, $0) / Resolution.minute.seconds) } ?? Self.first
    }

    /// The same at a resolution whose periods are so many times as long.
    func coarser(by factor: Int64) -> RollupKey {
        let coarse = period / factor
        return RollupKey(
            period: coarse, conversation: conversation, since: since == Self.first ? Self.first : coarse - (period - since) / factor)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(UInt64(bitPattern: period) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: conversation &* 8 &+ since))
    }
}

/// Sums over intervals. Counters that no interval had are unknown.
struct RollupSums {
    /// In the order of `IntervalLayout.counters`.
    private(set) var counters = InlineArray<4, Int64>(repeating: 0)
    private(set) var known = InlineArray<4, Bool>(repeating: false)
    private(set) var intervals: Int64 = 0
    private(set) var intervalsWithoutCounters: Int64 = 0

    /// Adds an interval, or takes one away that was added before.
    ///
    /// - Parameter counts: four, ``IntervalCounts/unknown`` where nobody counted.
    mutating func add(_ counts: (Int) -> Int64, sign: Int64 = 1) {
        var isCounted = false
        for index in 0..<4 {
            let count = counts(index)
            guard count != IntervalCounts.unknown else { continue }
            isCounted = true
            known[index] = true
            let (sum, overflow) = counters[index].addingReportingOverflow(sign * count)
            counters[index] = overflow ? (sign > 0 ? .max : .min) : sum
        }
        intervals += sign
        if !isCounted { intervalsWithoutCounters += sign }
    }
}
