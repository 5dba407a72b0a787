// SPDX-License-Identifier: Apache-2.0

/// How many rows a part of a plan reads, from what is known of whole periods: only the edges, and what is not over yet, are counted.
///
/// Exact for intervals as long as minutes are kept; of sums, rows that came late count although they may have been added to others.
struct RowEstimate {
    private let intervalsOfMinutes: Statement
    private let sumsOfPeriods: Statement
    private let count: Statement
    private let known: Range<Int64>

    init(_ connection: Connection) throws(StoreError) {
        func total(_ column: String) -> String {
            "SELECT total(\(column)) FROM rollup_period WHERE resolution = ? AND period >= ? AND period < ?"
        }
        intervalsOfMinutes = try Statement(connection, total("intervals"))
        sumsOfPeriods = try Statement(connection, total("sums"))
        count = try Statement(connection, "SELECT count(*) FROM interval WHERE id >= ? AND id < ?")
        let name = Resolution.minute.name
        let first = try Statement(connection, "SELECT min(period) FROM rollup_period WHERE resolution = '\(name)'").firstInteger() ?? 0
        let end = try Statement(connection, "SELECT complete FROM resolution WHERE name = '\(name)'").firstInteger() ?? 0
        known = first..<max(first, end)
    }

    func rows(of segment: PlannedSegment) throws(StoreError) -> Int {
        let seconds = segment.seconds
        guard segment.resolution == .flows else {
            let length = segment.resolution.seconds
            return try total(sumsOfPeriods, segment.resolution, seconds.lowerBound / length..<seconds.upperBound / length)
        }
        let minutes = (seconds.lowerBound.rounded(up: 60) / 60..<max(seconds.lowerBound.rounded(up: 60), seconds.upperBound) / 60)
            .clamped(to: known)
        guard !minutes.isEmpty else { return try counted(seconds) }
        return try counted(seconds.lowerBound..<minutes.lowerBound * 60) + total(intervalsOfMinutes, .minute, minutes)
            + counted(minutes.upperBound * 60..<seconds.upperBound)
    }

    private func total(_ statement: Statement, _ resolution: Resolution, _ periods: Range<Int64>) throws(StoreError) -> Int {
        try statement.bind(resolution.name, at: 1)
        statement.bind(periods.lowerBound, at: 2)
        statement.bind(periods.upperBound, at: 3)
        return Int(try statement.firstInteger() ?? 0)
    }

    private func counted(_ seconds: Range<Int64>) throws(StoreError) -> Int {
        guard !seconds.isEmpty else { return 0 }
        count.bind(seconds.lowerBound << IntervalID.sequenceBits, at: 1)
        count.bind(seconds.upperBound << IntervalID.sequenceBits, at: 2)
        return Int(try count.firstInteger() ?? 0)
    }
}
