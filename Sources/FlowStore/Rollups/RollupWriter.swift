// SPDX-License-Identifier: Apache-2.0

/// Keeps sums by minute, hour and day up with the intervals, in the writer's transactions.
///
/// ```
///   batch ── by key, in memory ──▶ rollup_1m ── a minute that is over ──▶ rollup_1h ── an hour that is over ──▶ rollup_1d
///                                      └── what comes later than that is added to all that it has passed already ──┘
/// ```
struct RollupWriter {
    private let minutes: RollupStatements
    private let hours: RollupStatements
    private let days: RollupStatements
    private let selectState: Statement
    private let updateState: Statement
    private var pending: [RollupKey: RollupSums] = [:]
    /// Intervals, and the largest since, of each minute that the transaction touched.
    private var periods: [Int64: (intervals: Int64, maximumSince: Int64)] = [:]
    /// Up to which minute sums are in `rollup_1h`, and up to which hour in `rollup_1d`, and from where on minutes are kept.
    private var state: State
    private var committed: State
    /// The last minute that had an interval.
    private var newest: Int64 = .min

    private struct State: Equatable {
        var completeHours: Int64 = 0
        var completeDays: Int64 = 0
        var oldest: [Resolution: Int64] = [:]
    }

    /// How long after its end a minute takes part in the hour: most of what comes late has come by then.
    private static let delay: Int64 = 2
    /// Periods that one transaction rolls up at most.
    private static let stepLimit = 4

    init(_ connection: Connection) throws(StoreError) {
        minutes = try RollupStatements(.minute, connection)
        hours = try RollupStatements(.hour, connection)
        days = try RollupStatements(.day, connection)
        selectState = try Statement(connection, "SELECT complete, oldest FROM resolution WHERE name = ?")
        updateState = try Statement(connection, "UPDATE resolution SET complete = ? WHERE name = ?")
        (state, committed) = (State(), State())
        try reload()
        newest = try Statement(connection, "SELECT max(period) FROM rollup_1m").firstInteger() ?? .min
    }

    /// Adds an interval, or takes one away that was added before.
    mutating func add(_ key: RollupKey, _ counts: (Int) -> Int64, sign: Int64 = 1) {
        pending[key, default: RollupSums()].add(counts, sign: sign)
        let period = periods[key.period] ?? (0, RollupKey.first)
        periods[key.period] = (period.intervals + sign, max(period.maximumSince, key.since))
    }

    /// Writes what the transaction added, and goes on with what is over.
    mutating func flush() throws(StoreError) {
        for (key, sums) in pending where !sums.isNothing {
            if key.period >= state.oldest[.minute] ?? 0 { try minutes.add(sums, to: key) }
            guard key.period < state.completeHours else { continue }
            let hour = key.coarser(by: 60)
            if hour.period >= state.oldest[.hour] ?? 0 { try hours.add(sums, to: hour) }
            let day = hour.coarser(by: 24)
            if hour.period < state.completeDays, day.period >= state.oldest[.day] ?? 0 { try days.add(sums, to: day) }
        }
        pending.removeAll(keepingCapacity: true)
        for (period, sum) in periods {
            try flush(period, sum.intervals, RollupKey(period: period, conversation: 0, since: sum.maximumSince))
            newest = max(newest, period)
        }
        periods.removeAll(keepingCapacity: true)
        try advance()
    }

    private mutating func flush(_ period: Int64, _ intervals: Int64, _ key: RollupKey) throws(StoreError) {
        try minutes.addPeriod(period, intervals: intervals, maximumSince: key.since)
        guard period < state.completeHours else { return }
        let hour = key.coarser(by: 60), day = hour.coarser(by: 24)
        try hours.addPeriod(hour.period, intervals: intervals, maximumSince: hour.since)
        if hour.period < state.completeDays { try days.addPeriod(day.period, intervals: intervals, maximumSince: day.since) }
    }

    /// Rolls up minutes and hours that are over, so many that a transaction stays short.
    private mutating func advance() throws(StoreError) {
        guard newest > .min else { return }
        state.completeHours = try roll(hours, from: state.completeHours, to: newest - Self.delay)
        state.completeDays = try roll(days, from: state.completeDays, to: state.completeHours / hours.resolution.factor)
        if state.completeHours != committed.completeHours { try save(.hour, state.completeHours) }
        if state.completeDays != committed.completeDays { try save(.day, state.completeDays) }
    }

    private func roll(_ statements: RollupStatements, from complete: Int64, to target: Int64) throws(StoreError) -> Int64 {
        var complete = complete
        for _ in 0..<Self.stepLimit where complete < target {
            guard let period = try statements.nextFinerPeriod(from: complete), period < target else { return target }
            try statements.roll(finerPeriod: period)
            complete = period + 1
        }
        return complete
    }

    private func save(_ resolution: Resolution, _ complete: Int64) throws(StoreError) {
        updateState.bind(complete, at: 1)
        try updateState.bind(resolution.name, at: 2)
        try updateState.run()
    }

    mutating func commit() {
        committed = state
    }

    mutating func rollBack() {
        pending.removeAll()
        periods.removeAll()
        state = committed
    }

    /// Reads anew how far everything is kept up, after somebody else wrote it.
    mutating func reload() throws(StoreError) {
        var read = State()
        for resolution in Resolution.rollups {
            try selectState.bind(resolution.name, at: 1)
            guard try selectState.step() else { continue }
            let complete = selectState.integer(at: 0) ?? 0
            read.oldest[resolution] = selectState.integer(at: 1)
            selectState.reset()
            if resolution == .hour { read.completeHours = complete }
            if resolution == .day { read.completeDays = complete }
        }
        (state, committed) = (read, read)
    }
}

extension RollupSums {
    /// Whether nothing changes by adding it: what was added was taken away again.
    fileprivate var isNothing: Bool {
        for index in 0..<4 where counters[index] != 0 { return false }
        return intervals == 0 && intervalsWithoutCounters == 0
    }
}
