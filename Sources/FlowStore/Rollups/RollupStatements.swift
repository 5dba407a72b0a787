// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Statements on the sums of one resolution.
struct RollupStatements {
    let resolution: Resolution
    private let add: Statement
    private let addPeriod: Statement
    private let clearCounters: Statement
    private let removeEmpty: Statement
    private let roll: Statement?
    private let rollPeriod: Statement?
    private let nextFiner: Statement?

    static let counters = IntervalLayout.counters.map { FlowSchema.name(of: $0.delta(.common)) }
    private static let columns = (counters + ["intervals", "intervalsWithoutCounters"]).joined(separator: ", ")

    init(_ resolution: Resolution, _ connection: Connection) throws(StoreError) {
        self.resolution = resolution
        let table = resolution.table
        let key = "period = ? AND conversation = ? AND since = ?"
        let amendment = """
            ON CONFLICT (period, conversation, since) DO UPDATE SET
              \(Self.counters.map { "\($0) = CASE WHEN excluded.\($0) IS NULL THEN \($0) WHEN \($0) IS NULL THEN excluded.\($0) ELSE \(StoreLayout.sum($0)) END" }.joined(separator: ",\n  ")),
              intervals = intervals + excluded.intervals,
              intervalsWithoutCounters = intervalsWithoutCounters + excluded.intervalsWithoutCounters
            """
        let amendPeriod = """
            ON CONFLICT (resolution, period) DO UPDATE SET
              intervals = intervals + excluded.intervals, maximumSince = max(maximumSince, excluded.maximumSince)
            """
        add = try Statement(
            connection,
            "INSERT INTO \(table) (period, conversation, since, \(Self.columns)) VALUES (\(StoreLayout.parameters(9))) \(amendment)")
        addPeriod = try Statement(
            connection,
            "INSERT INTO rollup_period (resolution, period, intervals, maximumSince) VALUES ('\(resolution.name)', ?, ?, ?) \(amendPeriod)")
        clearCounters = try Statement(
            connection,
            "UPDATE \(table) SET \(Self.counters.map { "\($0) = NULL" }.joined(separator: ", ")) "
                + "WHERE \(key) AND intervals = intervalsWithoutCounters")
        removeEmpty = try Statement(connection, "DELETE FROM \(table) WHERE \(key) AND intervals = 0")
        guard let finer = resolution.finer else {
            (roll, rollPeriod, nextFiner) = (nil, nil, nil)
            return
        }
        let factor = resolution.factor
        roll = try Statement(
            connection,
            """
            INSERT INTO \(table) (period, conversation, since, \(Self.columns))
            SELECT
              period / \(factor),
              conversation,
              CASE WHEN since < 0 THEN since ELSE period / \(factor) - (period - since) / \(factor) END AS coarseSince,
              \(Self.counters.map(Self.saturatingSum).joined(separator: ",\n  ")),
              sum(intervals),
              sum(intervalsWithoutCounters)
            FROM \(finer.table)
            WHERE period = ?
            GROUP BY conversation, coarseSince
            \(amendment)
            """)
        rollPeriod = try Statement(
            connection,
            """
            INSERT INTO rollup_period (resolution, period, intervals, maximumSince)
            SELECT
              '\(resolution.name)',
              period / \(factor),
              intervals,
              CASE WHEN maximumSince < 0 THEN maximumSince ELSE period / \(factor) - (period - maximumSince) / \(factor) END
            FROM rollup_period
            WHERE resolution = '\(finer.name)' AND period = ?
            \(amendPeriod)
            """)
        nextFiner = try Statement(connection, "SELECT min(period) FROM \(finer.table) WHERE period >= ?")
    }

    /// The exact sum of a column, or the largest number there is: sum() is an error where it overflows, which would stop the writer.
    static func saturatingSum(_ column: String) -> String {
        let low = "sum(\(column) & 4294967295)"
        let high = "(sum(\(column) >> 32) + (\(low) >> 32))"
        return "iif(\(high) >= 2147483648, \(Int64.max), (\(high) << 32) + (\(low) & 4294967295))"
    }

    /// Adds sums to a row, made if there is none; a row without intervals goes.
    func add(_ sums: RollupSums, to key: RollupKey) throws(StoreError) {
        add.clear()
        bind(key, to: add)
        for index in 0..<4 where sums.known[index] { add.bind(sums.counters[index], at: Int32(4 + index)) }
        add.bind(sums.intervals, at: 8)
        add.bind(sums.intervalsWithoutCounters, at: 9)
        try add.run()
        if sums.intervals <= 0 {
            bind(key, to: clearCounters)
            try clearCounters.run()
            bind(key, to: removeEmpty)
            try removeEmpty.run()
        }
    }

    func addPeriod(_ period: Int64, intervals: Int64, maximumSince: Int64) throws(StoreError) {
        addPeriod.bind(period, at: 1)
        addPeriod.bind(intervals, at: 2)
        addPeriod.bind(maximumSince, at: 3)
        try addPeriod.run()
    }

    /// The first period of the finer resolution that has sums, from one on.
    func nextFinerPeriod(from period: Int64) throws(StoreError) -> Int64? {
        guard let nextFiner else { return nil }
        nextFiner.bind(period, at: 1)
        return try nextFiner.firstInteger()
    }

    /// Adds the sums of a period of the finer resolution.
    func roll(finerPeriod period: Int64) throws(StoreError) {
        for statement in [roll, rollPeriod] {
            statement?.bind(period, at: 1)
            try statement?.run()
        }
    }

    private func bind(_ key: RollupKey, to statement: Statement) {
        statement.bind(key.period, at: 1)
        statement.bind(key.conversation, at: 2)
        statement.bind(key.since, at: 3)
    }
}
