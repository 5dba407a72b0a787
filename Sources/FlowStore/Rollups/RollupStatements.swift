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
            INSERT INTO rollup_period (resolution, period, intervals, sums, maximumSince) VALUES ('\(name)', ?, ?, ?, ?)
            ON CONFLICT (resolution, period) DO UPDATE SET
              intervals = intervals + excluded.intervals, sums = sums + excluded.sums,
              maximumSince = max(maximumSince, excluded.maximumSince)
            """)
        select = try prepared(
            "SELECT \(Rollup.period(table)), \(Rollup.conversation(table)), \(columns) FROM \(table) WHERE id >= ? AND id < ?")
        selectGaps = try prepared(
            "SELECT period, conversation, since, connections FROM rollup_gap WHERE resolution = '\(name)' AND period >= ? AND period < ?")
        selectPeriods = try prepared(
            "SELECT period, maximumSince FROM rollup_period WHERE resolution = '\(name)' AND period >= ? AND period < ?")
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
    /// Adds a period's sums to the table.
    ///
    /// - Parameter isNew: whether nothing is taken away from rows that there are.
    func add(_ number: Int64, _ period: OpenSums.Period, isNew: Bool) throws(StoreError) {
        for (conversation, sums) in period.sums.sorted(by: { $0.key < $1.key }) where !sums.isNothing {
            try add(sums, to: Rollup.id(number, conversation), isNew: isNew)
        }
        for (gap, connections) in period.gaps where connections != 0 { try add(number, gap, connections) }
        amendPeriod.bind(number, at: 1)
        amendPeriod.bind(period.intervals, at: 2)
        amendPeriod.bind(Int64(period.sums.count), at: 3)
        amendPeriod.bind(period.maximumSince, at: 4)
        try amendPeriod.run()
    }

    private func add(_ sums: RollupSums, to id: Int64, isNew: Bool) throws(StoreError) {
        amend.clear()
        amend.bind(id, at: 1)
        let isCounted = sums.intervals != sums.intervalsWithoutCounters || !isNew
        for index in 0..<4 where sums.known[index] && isCounted { amend.bind(sums.counters[index], at: Int32(2 + index)) }
        amend.bind(sums.intervals, at: 6)
        amend.bind(sums.intervalsWithoutCounters, at: 7)
        amend.bind(sums.newConnections, at: 8)
        amend.bind(sums.continuedConnections, at: 9)
        amend.bind(sums.gapConnections, at: 10)
        try amend.run()
        guard !isNew, sums.intervals <= 0 else { return }
        for statement in [clearCounters, removeEmpty] {
            statement.bind(id, at: 1)
            try statement.run()
        }
    }

    private func add(_ number: Int64, _ gap: OpenSums.Gap, _ connections: Int64) throws(StoreError) {
        for statement in [amendGap, removeEmptyGap] {
            statement.bind(number, at: 1)
            statement.bind(gap.conversation, at: 2)
            statement.bind(gap.since, at: 3)
        }
        amendGap.bind(connections, at: 4)
        try amendGap.run()
        if connections < 0 { try removeEmptyGap.run() }
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
            coarser.add(finer: selectPeriods.integer(at: 0) ?? 0, maximumSince: selectPeriods.integer(at: 1) ?? Rollup.first)
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
