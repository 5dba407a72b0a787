// SPDX-License-Identifier: Apache-2.0

/// What a row of each table takes, how many there are for each that `rollup_period` counts, and how many of other tables come with it, from a
/// part of the store: 256 pages of each table (2 MiB), and sixteen periods of each resolution.
///
/// A page is looked at as a whole, with the room in it that is free and the inner pages above it. The first pages of a table are its oldest
/// rows, which are the next to go.
struct RoomSample {
    /// By table.
    private var octetsOfRow: [String: Double] = [:]
    /// Connections of an interval, and rows of `interval_side`.
    private var connections = 0.0
    private var sides = 0.0
    /// For each sum that is counted: its own rows, which are fewer where one was added to later, and those of `rollup_gap`.
    private var sums: [Resolution: (rows: Double, gaps: Double)] = [:]

    private static let pages = 256
    private static let periods: Int64 = 16

    init(_ connection: Connection) throws(StoreError) {
        for table in ["interval", "connection", "interval_side", "rollup_gap"] + Resolution.rollups.map(\.table) {
            octetsOfRow[table] = try Self.octetsOfRow(in: table, connection)
        }
        try sampleIntervals(connection)
        for resolution in Resolution.rollups { try sampleSums(of: resolution, connection) }
    }

    /// - Parameter counted: intervals, or sums as `rollup_period` counts them.
    func room(of resolution: Resolution, counted: Int64) -> RoomEstimate.Room {
        var (rows, octets) = (Double(counted), octetsOfRow[resolution.table] ?? 0)
        if resolution == .flows {
            octets += connections * (octetsOfRow["connection"] ?? 0) + sides * (octetsOfRow["interval_side"] ?? 0)
            octets *= rows
        } else if let sums = sums[resolution] {
            octets = rows * (sums.rows * octets + sums.gaps * (octetsOfRow["rollup_gap"] ?? 0))
            rows *= sums.rows
        }
        return RoomEstimate.Room(rows: Int64(rows), octets: Int64(octets))
    }

    // Cells of inner pages are rows too where a table has no rowid; there are few of them.
    private static func octetsOfRow(in table: String, _ connection: Connection) throws(StoreError) -> Double {
        let statement = try Statement(
            connection,
            """
            SELECT total(pgsize), total(iif(pagetype = 'leaf', ncell, 0))
            FROM (SELECT pgsize, pagetype, ncell FROM dbstat WHERE name = ? LIMIT \(pages))
            """)
        try statement.bind(table, at: 1)
        guard try statement.step() else { return 0 }
        defer { statement.reset() }
        let (octets, rows) = (statement.integer(at: 0) ?? 0, statement.integer(at: 1) ?? 0)
        return rows > 0 ? Double(octets) / Double(rows) : 0
    }

    private mutating func sampleIntervals(_ connection: Connection) throws(StoreError) {
        let counted = try Statement(
            connection, "SELECT count(*), total(shape & \(IntervalLayout.isFirst) <> 0) FROM interval WHERE id >= ? AND id < ?")
        let besides = try Statement(connection, "SELECT count(*) FROM interval_side WHERE interval >= ? AND interval < ?")
        var (intervals, first, others): (Int64, Int64, Int64) = (0, 0, 0)
        for minute in try Self.someMinutesOfIntervals(connection) {
            for statement in [counted, besides] {
                statement.bind((minute * 60) << IntervalID.sequenceBits, at: 1)
                statement.bind(((minute + 1) * 60) << IntervalID.sequenceBits, at: 2)
            }
            guard try counted.step() else { continue }
            intervals += counted.integer(at: 0) ?? 0
            first += counted.integer(at: 1) ?? 0
            counted.reset()
            others += try besides.firstInteger() ?? 0
        }
        guard intervals > 0 else { return }
        (connections, sides) = (Double(first) / Double(intervals), Double(others) / Double(intervals))
    }

    private mutating func sampleSums(of resolution: Resolution, _ connection: Connection) throws(StoreError) {
        let own = try Statement(connection, "SELECT count(*) FROM \(resolution.table) WHERE id >= ? AND id < ?")
        let gaps = try Statement(
            connection, "SELECT count(*) FROM rollup_gap WHERE resolution = '\(resolution.name)' AND period = ?")
        let oldest = try Statement(connection, "SELECT oldest FROM resolution WHERE name = '\(resolution.name)'").firstInteger() ?? 0
        var found: (rows: Int64, gaps: Int64, counted: Int64) = (0, 0, 0)
        for (period, counted) in try Self.somePeriods(of: resolution, weighing: "sums", from: oldest, connection) {
            own.bind(Rollup.id(period, 0), at: 1)
            own.bind(Rollup.id(period + 1, 0), at: 2)
            gaps.bind(period, at: 1)
            found.rows += try own.firstInteger() ?? 0
            found.gaps += try gaps.firstInteger() ?? 0
            found.counted += counted
        }
        guard found.counted > 0 else { return }
        sums[resolution] = (Double(found.rows) / Double(found.counted), Double(found.gaps) / Double(found.counted))
    }

    /// Minutes that are over, else those that there are.
    private static func someMinutesOfIntervals(_ connection: Connection) throws(StoreError) -> [Int64] {
        let oldest = try Statement(connection, "SELECT (oldest + 59) / 60 FROM resolution WHERE name = 'flows'").firstInteger() ?? 0
        let minutes = try somePeriods(of: .minute, weighing: "intervals", from: oldest, connection).map(\.period)
        if !minutes.isEmpty { return minutes }
        let last = try Statement(connection, "SELECT max(id) >> \(IntervalID.sequenceBits) FROM interval").firstInteger()
        return last.map { [$0 / 60] } ?? []
    }

    /// Periods at equal distances by rows, so that busy ones have their share.
    private static func somePeriods(
        of resolution: Resolution, weighing column: String, from oldest: Int64, _ connection: Connection
    ) throws(StoreError) -> [(period: Int64, rows: Int64)] {
        let source = "FROM rollup_period WHERE resolution = '\(resolution.name)' AND period >= \(oldest)"
        let total = try Statement(connection, "SELECT sum(\(column)) \(source)").firstInteger() ?? 0
        let step = max(1, total / periods)
        var chosen: [(period: Int64, rows: Int64)] = []
        var (passed, next): (Int64, Int64) = (0, step / 2)
        let rows = try Statement(connection, "SELECT period, \(column) \(source) ORDER BY period")
        while try rows.step() {
            let count = rows.integer(at: 1) ?? 0
            passed += count
            guard passed > next, count > 0 else { continue }
            chosen.append((rows.integer(at: 0) ?? 0, count))
            next += (1 + (passed - next) / step) * step
        }
        return chosen
    }
}
