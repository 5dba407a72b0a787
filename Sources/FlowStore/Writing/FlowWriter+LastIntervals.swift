// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import GRDB
public import IPFIX

extension FlowWriter {
    /// The last interval of each connection that may still go on, the latest first: what a program that starts again continues from.
    ///
    /// The totals of a row are those of the connection at its end, so nothing needs to be kept beside the rows, and what is committed is
    /// what is continued. How long the program was away does not matter, since ends are compared with the last that is stored.
    ///
    /// - Parameters:
    ///   - horizon: how long before the last stored end a connection may have ended to be among them.
    ///   - now: ends that are more than an hour later are not trusted.
    ///   - limit: connections at most.
    ///   - names: numbers the texts of the records.
    ///   - body: is given an interval whose deltas are those of the row.
    /// - Returns: how many there were.
    public func lastIntervals(
        within horizon: Duration, at now: Timestamp, limit: Int, names: inout NameTable, _ body: (FlowInterval) -> Void
    ) throws(StoreError) -> Int {
        do {
            return try queue.read { database in
                let connection = try Connection(database)
                let latest = IntervalID.first(at: now + .seconds(3600))
                let newest = try Statement(connection, "SELECT max(id) FROM interval WHERE id <= ?")
                newest.bind(latest, at: 1)
                guard let last = try newest.firstInteger() else { return 0 }
                let intervals = try Statement(connection, StoreLayout.selectIntervals)
                intervals.bind(IntervalID.first(at: IntervalID.end(of: last) - horizon), at: 1)
                intervals.bind(last, at: 2)
                let rows = try RecordRows(connection)
                var seen: Set<Int64> = []
                while seen.count < limit, try intervals.step() {
                    guard let id = intervals.integer(at: 0), seen.insert(id).inserted else { continue }
                    body(try rows.interval(of: id, from: intervals, names: &names))
                }
                intervals.reset()
                return seen.count
            }
        } catch { throw StoreError(error) }
    }
}
