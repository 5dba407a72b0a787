// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Keeps sums up with the intervals, in the writer's transactions.
///
/// ```
///   intervals ──▶ open minutes ── over ──▶ rollup_1m
///                                 └──────▶ open ten minutes ── over ──▶ rollup_10m
///                                                              └──────▶ open hours ── over ──▶ rollup_1h, and so on
/// ```
///
/// What is open is in memory, and is read again from what is stored when the program starts or a transaction failed; until it is written
/// readers add it up from finer rows. A period is written once, in the order of its key, some rows a transaction. What comes for a period that
/// is written already is added to its row, and to every coarser one that is.
struct RollupWriter {
    /// Finest first.
    private var levels: [RollupLevel]
    private let source: RollupSource
    /// Whether what is open has to be read again.
    private var isStale = true
    /// The minute that it is, by the intervals, or by what the caller knows of the time.
    private var now = Int64.min
    /// Intervals since the last flush.
    private var added = 0

    /// How many minutes after its own a minute is written: most of what comes late has come by then.
    private static let delay: Int64 = 1
    /// Rows of sums that a transaction writes, or twice as many as it has intervals where these are more: so that it stays short, and sums
    /// keep up.
    private static let rows = 1000

    init(_ connection: Connection) throws(StoreError) {
        var levels: [RollupLevel] = []
        for resolution in Resolution.rollups { levels.append(try RollupLevel(resolution, connection)) }
        self.levels = levels
        source = try RollupSource(connection)
    }

    /// At the beginning of a transaction.
    mutating func begin() throws(StoreError) {
        guard isStale else { return }
        for index in levels.indices { try levels[index].reset() }
        try source.intervals(from: levels[0].complete * Resolution.minute.seconds) { entry, counts in
            levels[0].open.add(entry, counts, sign: 1)
        }
        for index in levels.indices.dropFirst() {
            let finer = levels[index - 1]
            let periods = min(levels[index].complete * levels[index].resolution.factor, finer.complete)..<finer.complete
            try finer.statements.read(periods, into: &levels[index].open)
        }
        now = max(levels[0].complete, levels[0].open.newest)
        added = 0
        isStale = false
    }

    /// Adds an interval, or takes one away that was added before.
    mutating func add(_ entry: RollupEntry, _ counts: InlineArray<4, Int64>, sign: Int64 = 1) {
        let minute = entry.period(of: .minute)
        guard Rollup.periods.contains(minute), Rollup.conversations.contains(entry.conversation) else { return }
        now = max(now, minute)
        added += 1
        for index in levels.indices {
            if levels[index].add(entry, counts, sign: sign) { return }
        }
    }

    /// Lets time pass without intervals, so that what is over is written.
    mutating func pass(to time: Timestamp) {
        now = max(now, min(time.seconds / Resolution.minute.seconds, Rollup.periods.upperBound - 1))
    }

    /// Writes what came late, and some of what is over.
    mutating func flush() throws(StoreError) {
        var rows = max(Self.rows, 2 * added)
        added = 0
        for index in levels.indices {
            let end = index == 0 ? now - Self.delay : levels[index - 1].complete / levels[index].resolution.factor
            for period in levels[index].close(before: end) + levels[index].makeRoom() where index + 1 < levels.count {
                levels[index + 1].open.add(finer: period)
            }
            try levels[index].write(&rows)
        }
    }

    /// After a transaction that failed.
    mutating func rollBack() { isStale = true }

    /// After rows were removed.
    mutating func reloadOldest() throws(StoreError) {
        for index in levels.indices { try levels[index].reloadOldest() }
    }
}
