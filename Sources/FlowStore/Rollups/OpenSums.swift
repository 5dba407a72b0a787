// SPDX-License-Identifier: Apache-2.0

/// Sums of one resolution that are still to be written to its table, by period and conversation.
struct OpenSums {
    /// Connections that went on after more than one period.
    struct Gap {
        let conversation: Int64
        let since: Int64
    }

    let resolution: Resolution
    /// In no order; there are few at a time, and mostly the same is added to as before.
    private(set) var periods: [Period] = []
    private var latest = 0
    /// The last period that anything was added to; the lowest number if there was none.
    private(set) var newest = Int64.min

    init(_ resolution: Resolution) { self.resolution = resolution }

    var isEmpty: Bool { periods.isEmpty }
    /// Sums of all periods together.
    var count: Int { periods.reduce(0) { $0 + $1.count } }

    /// Adds an interval, or takes one away that was added before.
    mutating func add(_ entry: RollupEntry, _ counts: InlineArray<4, Int64>, sign: Int64) {
        let place = place(of: entry.period(of: resolution))
        periods[place].add(entry, counts, since: entry.since(in: resolution), sign: sign)
    }

    /// Adds a period of the next finer resolution.
    mutating func add(finer period: Period) {
        for index in 0..<period.count {
            let (conversation, sums) = period.sums(at: index)
            add(finer: period.number, conversation, sums, continued: sums.continuedConnections)
        }
        for index in 0..<period.gapCount {
            let (gap, connections) = period.gap(at: index)
            add(finer: period.number, gap: gap, connections)
        }
        if let earliest = period.earliest { add(finer: period.number, earliest: earliest) }
    }

    /// Adds what a row of the next finer table says.
    ///
    /// - Parameter continued: of the finer period.
    mutating func add(finer period: Int64, _ conversation: Int64, _ sums: RollupSums, continued: Int64) {
        // Those that went on from the period before did so here in the first period only. Longer gaps are added apart.
        let isFirst = period % resolution.factor == 0
        let place = place(of: period / resolution.factor)
        periods[place].add(sums, of: conversation, continued: isFirst ? continued : 0)
    }

    /// Adds what a row of gaps of the next finer resolution says.
    mutating func add(finer period: Int64, gap: Gap, _ connections: Int64) {
        let (coarse, factor) = (period / resolution.factor, resolution.factor)
        let since = coarse - (period - gap.since) / factor
        guard since > 0 else { return }
        let place = place(of: coarse)
        periods[place].add(connections, in: Gap(conversation: gap.conversation, since: since), isCounted: period % factor == 0)
    }

    /// Adds what is known of a finer period as a whole.
    mutating func add(finer period: Int64, earliest: Int64) {
        let place = place(of: period / resolution.factor)
        periods[place].add(earliest: earliest, resolution)
    }

    /// Takes out the periods before one, the earliest first.
    mutating func take(before end: Int64) -> [Period] {
        let taken = periods.filter { $0.number < end }
        if !taken.isEmpty { periods.removeAll { $0.number < end } }
        return taken.sorted { $0.number < $1.number }
    }

    private mutating func place(of number: Int64) -> Int {
        if latest < periods.count, periods[latest].number == number { return latest }
        newest = max(newest, number)
        if let place = periods.lastIndex(where: { $0.number == number }) {
            latest = place
        } else {
            latest = periods.count
            periods.append(Period(number))
        }
        return latest
    }
}

extension OpenSums {
    struct Period {
        let number: Int64
        private(set) var intervals: Int64 = 0
        /// The second in which the earliest interval ended that one of the period's follows; nil if none was before the period.
        private(set) var earliest: Int64?
        private var conversations = KeyTable(width: 1)
        private var sums: [RollupSums] = []
        private var gaps = KeyTable(width: 2)
        private var gapConnections: [Int64] = []

        init(_ number: Int64) { self.number = number }

        /// How many conversations it has sums of.
        var count: Int { sums.count }
        var gapCount: Int { gapConnections.count }

        /// The places of its sums in the order of their conversations.
        var order: [Int] { sums.indices.sorted { conversations.words[$0] < conversations.words[$1] } }

        func sums(at place: Int) -> (conversation: Int64, RollupSums) { (conversations.words[place], sums[place]) }

        func gap(at place: Int) -> (Gap, connections: Int64) {
            let key = gaps.key(place)
            return (Gap(conversation: key[0], since: key[1]), gapConnections[place])
        }
    }
}

extension OpenSums.Period {
    fileprivate mutating func add(_ entry: RollupEntry, _ counts: InlineArray<4, Int64>, since: Int64, sign: Int64) {
        let place = place(of: entry.conversation)
        sums[place].add(counts, since: since, sign: sign)
        intervals += sign
        if since > 1 { add(sign, in: OpenSums.Gap(conversation: entry.conversation, since: since)) }
        if since > 0, let previous = entry.previousSecond { earliest = min(earliest ?? .max, previous) }
    }

    fileprivate mutating func add(_ finer: RollupSums, of conversation: Int64, continued: Int64) {
        let place = place(of: conversation)
        sums[place].add(finer, continued: continued)
        intervals += finer.intervals
    }

    fileprivate mutating func add(_ connections: Int64, in gap: OpenSums.Gap, isCounted: Bool) {
        let place = place(of: gap.conversation)
        sums[place].addGap(connections, isCounted: isCounted, isLong: gap.since > 1)
        if gap.since > 1 { add(connections, in: gap) }
    }

    fileprivate mutating func add(earliest second: Int64, _ resolution: Resolution) {
        if second < number * resolution.seconds { earliest = min(earliest ?? .max, second) }
    }

    private mutating func add(_ connections: Int64, in gap: OpenSums.Gap) {
        let place = gaps.number(of: [gap.conversation, gap.since, 0, 0, 0, 0, 0, 0])
        if place == gapConnections.count { gapConnections.append(0) }
        gapConnections[place] += connections
    }

    private mutating func place(of conversation: Int64) -> Int {
        let place = conversations.number(of: conversation)
        if place == sums.count { sums.append(RollupSums()) }
        return place
    }
}
