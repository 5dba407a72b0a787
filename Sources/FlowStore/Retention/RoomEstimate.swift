// SPDX-License-Identifier: Apache-2.0

/// How much room each resolution takes, told without reading it: rows, as `rollup_period` counts them, times what a row takes in a sample.
///
/// Intervals come with their connections and with what is in `interval_side`, sums with their share of `rollup_gap`. Names, addresses and
/// conversations are of all resolutions and not counted. Within some percent of what `dbstat` finds when it reads every page
/// (docs/decisions/0049-room-of-a-resolution.md).
struct RoomEstimate {
    struct Room {
        /// Of the resolution's own table.
        let rows: Int64
        let octets: Int64
    }

    let connection: Connection
    let sample: RoomSample

    func room(of resolution: Resolution) throws(StoreError) -> Room {
        sample.room(of: resolution, counted: resolution == .flows ? try intervals() : try sums(resolution))
    }

    private func sums(_ resolution: Resolution) throws(StoreError) -> Int64 {
        try integer(
            """
            SELECT sum(sums) FROM rollup_period
            WHERE resolution = '\(resolution.name)' AND period >= (SELECT oldest FROM resolution WHERE name = '\(resolution.name)')
            """)
    }

    /// Those of minutes that are over by their entries, the others one by one.
    private func intervals() throws(StoreError) -> Int64 {
        let complete = try integer("SELECT complete FROM resolution WHERE name = '\(Resolution.minute.name)'")
        let counted = try integer(
            """
            SELECT sum(intervals) FROM rollup_period
            WHERE resolution = '\(Resolution.minute.name)' AND period >= (SELECT oldest FROM resolution WHERE name = 'flows') / 60
              AND period < \(complete)
            """)
        return try counted + integer("SELECT count(*) FROM interval WHERE id >= \((complete * 60) << IntervalID.sequenceBits)")
    }

    private func integer(_ sql: String) throws(StoreError) -> Int64 { try Statement(connection, sql).firstInteger() ?? 0 }
}
