// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Statements on the sums of one resolution.
struct RollupStatements {
    private let amend: Statement
    private let clearCounters: Statement
    private let removeEmpty: Statement
    private let amendGap: Statement
    private let removeEmptyGap: Statement
    private let amendPeriod: Statement
    private let select: Statement
    private let selectGaps: Statement
    private let selectPeriods: Statement
    private let selectState: Statement
    private let saveComplete: Statement
    private let removals: [Statement]

    static let counters = IntervalLayout.counters.map { FlowSchema.name(of: $0.delta(.common)) }
    static let counts = ["intervals", "intervalsWithoutCounters", "newConnections", "continuedConnections", "gapConnections"]

    init(_ resolution: Resolution, _ connection: Connection) throws(StoreError) {
        func prepared(_ sql: String) throws(StoreError) -> Statement { try Statement(connection, sql) }
        let (table, name) = (resolution.table, resolution.name)
        let columns = (Self.counters + Self.counts).joined(separator: ", ")
        let values = "INSERT INTO \(table) (id, \(columns)) VALUES (\(StoreLayout.parameters(10)))"
        let amendments =
            Self.counters.map {
                "\($0) = CASE WHEN excluded.\($0) IS NULL THEN \($0) WHEN \($0) IS NULL THEN excluded.\($0) ELSE \(StoreLayout.sum($0)) END"
            }
            + Self.counts.map { "\($0) = \($0) + excluded.\($0)" }
        amend = try prepared("\(values) ON CONFLICT (id) DO UPDATE SET \(amendments.joined(separator: ", "))")
        clearCounters = try prepared(
            "UPDATE \(table) SET \(Self.counters.map { "\($0) = NULL" }.joined(separator: ", ")) "
                + "WHERE id = ? AND intervals = intervalsWithoutCounters")
        removeEmpty = try prepared("DELETE FROM \(table) WHERE id = ? AND intervals = 0")
        amendGap = try prepared(
            """
            INSERT INTO rollup_gap (resolution, period, conversation, since, connections) VALUES ('\(name)', ?, ?, ?, ?)
            ON CONFLICT (resolution, period, conversation, since) DO UPDATE SET connections = connections + excluded.connections
            """)
        removeEmptyGap = try prepared(
            "DELETE FROM rollup_gap WHERE resolution = '\(name)' AND period = ? AND conversation = ? AND since = ? AND connections = 0")
        amendPeriod = try prepared(
            """
            INSERT INTO rollup_period (resolution, period, intervals, sums, earliest) VALUES ('\(name)', ?, ?, ?, ?)
            ON CONFLICT (resolution, period) DO UPDATE SET
              intervals = intervals + excluded.intervals, sums = sums + excluded.sums,
              earliest = min(ifnull(earliest, excluded.earliest), ifnull(excluded.earliest, earliest))
            """)
        select = try prepared(
            "SELECT \(Rollup.period(table)), \(Rollup.conversation(table)), \(columns) FROM \(table) WHERE id >= ? AND id < ?")
        selectGaps = try prepared(
            "SELECT period, conversation, since, connections FROM rollup_gap WHERE resolution = '\(name)' AND period >= ? AND period < ?")
        selectPeriods = try prepared(
            "SELECT period, earliest FROM rollup_period WHERE resolution = '\(name)' AND period >= ? AND period < ?")
        selectState = try prepared("SELECT complete, oldest FROM resolution WHERE name = '\(name)'")
        saveComplete = try prepared("UPDATE resolution SET complete = ? WHERE name = '\(name)'")
        removals = [
            try prepared("DELETE FROM \(table) WHERE id >= ? << \(Rollup.conversationBits)"),
            try prepared("DELETE FROM rollup_gap WHERE resolution = '\(name)' AND period >= ?"),
            try prepared("DELETE FROM rollup_period WHERE resolution = '\(name)' AND period >= ?"),
        ]
    }
}

extension RollupStatements {
    /// Adds to the row of a conversation in a period, or makes it.
    func add(_ sums: RollupSums, of conversation: Int64, in period: Int64) throws(StoreError) {
        guard !sums.isNothing else { return }
        let id = Rollup.id(period, conversation)
        amend.clear()
        amend.bind(id, at: 1)
        for index in 0..<4 where sums.known[index] { amend.bind(sums.counters[index], at: Int32(2 + index)) }
        amend.bind(sums.intervals, at: 6)
        amend.bind(sums.intervalsWithoutCounters, at: 7)
        amend.bind(sums.newConnections, at: 8)
        amend.bind(sums.continuedConnections, at: 9)
        amend.bind(sums.gapConnections, at: 10)
        try amend.run()
        guard sums.isReduced else { return }
        for statement in [clearCounters, removeEmpty] {
            statement.bind(id, at: 1)
            try statement.run()
        }
    }

    func add(_ connections: Int64, in gap: OpenSums.Gap, of period: Int64) throws(StoreError) {
        guard connections != 0 else { return }
        for statement in [amendGap, removeEmptyGap] {
            statement.bind(period, at: 1)
            statement.bind(gap.conversation, at: 2)
            statement.bind(gap.since, at: 3)
        }
        amendGap.bind(connections, at: 4)
        try amendGap.run()
        if connections < 0 { try removeEmptyGap.run() }
    }

    /// Adds what is known of a period as a whole.
    func add(_ sums: OpenSums.Period) throws(StoreError) {
        amendPeriod.clear()
        amendPeriod.bind(sums.number, at: 1)
        amendPeriod.bind(sums.intervals, at: 2)
        amendPeriod.bind(Int64(sums.count), at: 3)
        if let earliest = sums.earliest { amendPeriod.bind(earliest, at: 4) }
        try amendPeriod.run()
    }

    /// Adds up periods of the table at the next coarser resolution.
    func read(_ periods: Range<Int64>, into coarser: inout OpenSums) throws(StoreError) {
        guard !periods.isEmpty else { return }
        select.bind(Rollup.id(periods.lowerBound, 0), at: 1)
        select.bind(Rollup.id(periods.upperBound, 0), at: 2)
        while try select.step() {
            coarser.add(
                finer: select.integer(at: 0) ?? 0, select.integer(at: 1) ?? 0, RollupSums(select, from: 2),
                continued: select.integer(at: 9) ?? 0)
        }
        for statement in [selectGaps, selectPeriods] {
            statement.bind(periods.lowerBound, at: 1)
            statement.bind(periods.upperBound, at: 2)
        }
        while try selectGaps.step() {
            coarser.add(
                finer: selectGaps.integer(at: 0) ?? 0,
                gap: OpenSums.Gap(conversation: selectGaps.integer(at: 1) ?? 0, since: selectGaps.integer(at: 2) ?? 0),
                selectGaps.integer(at: 3) ?? 0)
        }
        while try selectPeriods.step() {
            if let earliest = selectPeriods.integer(at: 1) { coarser.add(finer: selectPeriods.integer(at: 0) ?? 0, earliest: earliest) }
        }
    }

    /// Removes the rows of a period and of all later ones.
    func remove(from period: Int64) throws(StoreError) {
        for statement in removals {
            statement.bind(period, at: 1)
            try statement.run()
        }
    }

    func state() throws(StoreError) -> (complete: Int64, oldest: Int64) {
        defer { selectState.reset() }
        guard try selectState.step() else { return (0, 0) }
        return (selectState.integer(at: 0) ?? 0, selectState.integer(at: 1) ?? 0)
    }

    func save(complete: Int64) throws(StoreError) {
        saveComplete.bind(complete, at: 1)
        try saveComplete.run()
    }
}
