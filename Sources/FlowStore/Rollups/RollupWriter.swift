// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Keeps sums by minute, hour and day up with the intervals, in the writer's transactions.
///
/// ```
///   intervals ──▶ open minutes ── over ──▶ rollup_1m
///                                 └──────▶ open hours ── over ──▶ rollup_1h
///                                                        └──────▶ open days ── over ──▶ rollup_1d
/// ```
///
/// What is open is in memory, and is read again from what is stored when the program starts or a transaction failed; until it is written
/// readers add it up from finer rows. A period is written once, in the order of its key. What comes for a period that is written
/// already is added to its row, and to every coarser one that is.
struct RollupWriter {
    private struct Level {
        let statements: RollupStatements
        var open: OpenSums
        /// Of this transaction, for periods that are written already.
        var late: OpenSums
        /// The first period that the table does not have as a whole.
        var complete: Int64 = 0
        var oldest: Int64 = 0

        init(_ resolution: Resolution, _ connection: Connection) throws(StoreError) {
            statements = try RollupStatements(resolution, connection)
            (open, late) = (OpenSums(resolution), OpenSums(resolution))
        }

        var resolution: Resolution { open.resolution }
    }

    /// Finest first.
    private var levels: [Level]
    private let source: RollupSource
    /// Whether what is open has to be read again.
    private var isStale = true
    /// The minute that it is, by the intervals, or by what the caller knows of the time.
    private var now = Int64.min

    /// How many minutes after its own a minute is written: most of what comes late has come by then.
    private static let delay: Int64 = 1
    /// Open sums of a resolution; beyond that they are written early, which readers do not see.
    private static let capacity = 1 << 18

    init(_ connection: Connection) throws(StoreError) {
        var levels: [Level] = []
        for resolution in Resolution.rollups { levels.append(try Level(resolution, connection)) }
        self.levels = levels
        source = try RollupSource(connection)
    }

    /// At the beginning of a transaction.
    mutating func begin() throws(StoreError) {
        guard isStale else { return }
        for index in levels.indices {
            levels[index].open = OpenSums(levels[index].resolution)
            levels[index].late.removeAll()
            (levels[index].complete, levels[index].oldest) = try levels[index].statements.state()
            try levels[index].statements.remove(from: levels[index].complete)
        }
        now = .min
        try source.intervals(from: levels[0].complete * Resolution.minute.seconds) { entry, counts in
            levels[0].open.add(entry, counts, sign: 1)
        }
        for index in levels.indices.dropFirst() {
            let finer = levels[index - 1]
            let periods = min(levels[index].complete * levels[index].resolution.factor, finer.complete)..<finer.complete
            try finer.statements.read(periods, into: &levels[index].open)
        }
        now = max(levels[0].complete, levels[0].open.newest)
        isStale = false
    }

    /// Adds an interval, or takes one away that was added before.
    mutating func add(_ entry: RollupEntry, _ counts: InlineArray<4, Int64>, sign: Int64 = 1) {
        guard Rollup.periods.contains(entry.period(of: .minute)), Rollup.conversations.contains(entry.conversation) else { return }
        now = max(now, entry.period(of: .minute))
        for index in levels.indices {
            if entry.period(of: levels[index].resolution) >= levels[index].complete {
                levels[index].open.add(entry, counts, sign: sign)
                return
            }
            levels[index].late.add(entry, counts, sign: sign)
        }
    }

    /// Lets time pass without intervals, so that what is over is written.
    mutating func pass(to time: Timestamp) {
        now = max(now, min(time.seconds / Resolution.minute.seconds, Rollup.periods.upperBound - 1))
    }

    /// Writes what came late, and what is over.
    mutating func flush() throws(StoreError) {
        for index in levels.indices where !levels[index].late.isEmpty {
            for (number, period) in levels[index].late.periods where number >= levels[index].oldest {
                try levels[index].statements.add(number, period, isNew: false)
            }
            levels[index].late.removeAll()
        }
        // One resolution at a time, so that a transaction stays short.
        for index in levels.indices.reversed() {
            let complete = index == 0 ? now - Self.delay : levels[index - 1].complete / levels[index].resolution.factor
            if complete > levels[index].complete {
                try close(index, before: complete)
                return
            }
        }
        for index in levels.indices where levels[index].open.count > Self.capacity { try write(index, before: .max) }
    }

    private mutating func close(_ index: Int, before complete: Int64) throws(StoreError) {
        try write(index, before: complete)
        levels[index].complete = complete
        try levels[index].statements.save(complete: complete)
    }

    private mutating func write(_ index: Int, before end: Int64) throws(StoreError) {
        for number in levels[index].open.periods.keys.sorted() where number < end {
            guard let period = levels[index].open.remove(number) else { continue }
            try levels[index].statements.add(number, period, isNew: true)
            if index + 1 < levels.count { levels[index + 1].open.add(number, period) }
        }
    }

    /// After a transaction that failed.
    mutating func rollBack() { isStale = true }

    /// After rows were removed.
    mutating func reloadOldest() throws(StoreError) {
        for index in levels.indices { levels[index].oldest = try levels[index].statements.state().oldest }
    }
}

extension OpenSums {
    /// Adds a period of the next finer resolution.
    fileprivate mutating func add(_ number: Int64, _ period: Period) {
        for (conversation, sums) in period.sums { add(finer: number, conversation, sums, continued: sums.continuedConnections) }
        for (gap, connections) in period.gaps { add(finer: number, gap: gap, connections) }
        add(finer: number, maximumSince: period.maximumSince)
    }
}
