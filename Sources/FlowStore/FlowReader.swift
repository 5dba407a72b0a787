// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import GRDB
public import IPFIX

/// Answers questions from a store. Each call sees one committed state, and blocks until it has its answer.
public struct FlowReader: Sendable {
    let queue: DatabaseQueue
    /// The file, as it was named when it was opened.
    public let path: String

    /// The interval ends between which the store has flows, in whole seconds; nil if it has none.
    public func storedSpan() throws(StoreError) -> ClosedRange<Timestamp>? {
        try read { connection throws(StoreError) in
            // Two statements, since SQLite finds one end of a key by a seek but both by a scan.
            guard let first = try Statement(connection, "SELECT min(id) FROM interval").firstInteger(),
                let last = try Statement(connection, "SELECT max(id) FROM interval").firstInteger()
            else { return nil }
            return IntervalID.end(of: first)...IntervalID.end(of: last)
        }
    }

    /// The intervals of a range, the one that ended last first.
    ///
    /// - Parameters:
    ///   - fields: the columns, in this order; values are those of the view `flows`.
    ///   - filter: which of them; nil for all.
    ///   - limit: nil for all.
    /// - Returns: `fields` by name, and before them the connection's id as `connection`.
    public func flows(
        _ fields: [FlowField], in range: TimeRange, filter: FlowFilter? = nil, limit: Int?
    ) throws(StoreError) -> ResultTable {
        var table = try flows(FlowsQuery(fields: fields, range: range, filter: filter, limit: limit))
        table.columns.removeFirst()
        for index in table.rows.indices { table.rows[index].removeFirst() }
        return table
    }

    /// Runs a body with SQLite's connection, in one read transaction. Statements made there must end with it.
    func read<Value>(_ body: (Connection) throws(StoreError) -> Value) throws(StoreError) -> Value {
        do {
            return try queue.read { database in
                try body(Connection(database))
            }
        } catch { throw StoreError(error) }
    }
}
