// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Stores intervals, their connections and conversations, and adds them to the sums; inside the writer's transactions.
///
/// Intervals are read where they lie in the batch, by span and index: a record is a hundred words, and copying it a few times would take as long
/// as storing it.
struct IntervalWriter {
    let statements: WriterStatements
    var names = NameRows()
    var addresses = AddressRows()
    var conversations: ConversationRows
    var connections = ConnectionCache()
    var sequence = IntervalSequence()
    var rollups: RollupWriter
    let history: ConnectionHistory
    /// Rows of the open transaction that are not in their tables yet.
    var pendingConnections: PendingRows
    var pendingIntervals: PendingRows
    /// The largest id of a connection that has a row.
    var lastConnection: Int64
    private var committedLastConnection: Int64

    init(_ connection: Connection, lastConnection: Int64) throws(StoreError) {
        precondition(StoreLayout.connectionColumns.allSatisfy { $0.kind != .uuid }, "rows of connections are whole numbers")
        statements = try WriterStatements(connection)
        conversations = try ConversationRows(connection)
        rollups = try RollupWriter(connection)
        history = try ConnectionHistory(connection)
        pendingConnections = try PendingRows(into: "connection", StoreLayout.connectionRow, connection)
        pendingIntervals = try PendingRows(into: "interval", IntervalLayout.columns, connection)
        (self.lastConnection, committedLastConnection) = (lastConnection, lastConnection)
    }

    mutating func learn(_ names: [StoreBatch.NewName]) {
        self.names.learn(names)
    }

    var rememberedNames: Set<Int64> { names.remembered }

    mutating func commit() {
        names.commit()
        committedLastConnection = lastConnection
    }

    mutating func rollBack() {
        names.rollBack()
        addresses.forgetAll()
        conversations.forgetAll()
        connections.forgetAll()
        sequence.rollBack()
        rollups.rollBack()
        pendingConnections.removeAll()
        pendingIntervals.removeAll()
        lastConnection = committedLastConnection
    }

    mutating func forgetRows() throws(StoreError) {
        addresses.forgetAll()
        conversations.forgetAll()
        connections.forgetAll()
        try rollups.reloadOldest()
    }

    /// At the beginning of a transaction.
    mutating func begin() throws(StoreError) {
        sequence.begin()
        try rollups.begin()
    }

    /// At its end.
    ///
    /// - Parameter now: what time it is, if the caller knows more of it than the intervals tell.
    mutating func flush(at now: Timestamp? = nil) throws(StoreError) {
        try pendingConnections.insert()
        try pendingIntervals.insert()
        if let now { rollups.pass(to: now) }
        try rollups.flush()
    }

    mutating func store(_ received: ReceivedStatistics, by writer: inout StatisticsWriter?, _ result: inout WriteResult)
        throws(StoreError)
    {
        try writer?.store(received, names: &names, using: statements, &result)
    }

    mutating func store(_ intervals: Span<FlowInterval>, _ result: inout WriteResult) throws(StoreError) {
        for index in intervals.indices { try store(intervals, index, id: nil, &result) }
    }

    /// - Parameter id: of an interval that has one already.
    mutating func store(_ interval: FlowInterval, id: Int64?, _ result: inout WriteResult) throws(StoreError) {
        let intervals = [interval]
        try store(intervals.span, 0, id: id, &result)
    }

    private mutating func store(_ intervals: Span<FlowInterval>, _ index: Int, id: Int64?, _ result: inout WriteResult) throws(StoreError) {
        let seen = LastSeen(intervals[index].record[time: .flowEndMilliseconds])
        var conversation: Int64?
        // Once a day all that belongs to a connection is seen again, so that it is not removed.
        let isFirstOfDay = intervals[index].previousEnd.map { LastSeen($0) < seen } ?? true
        // Nor does one come back without its row that was removed while it was silent.
        var needsRow = intervals[index].isConnectionChanged || isFirstOfDay
        if !needsRow { needsRow = try known(intervals[index].connection) == nil }
        if needsRow { conversation = try storeConnection(intervals, index, seen: seen, &result) }
        if intervals[index].hasInterval { try storeInterval(intervals, index, id: id, of: conversation, seen: seen, &result) }
    }
}

// Columns.
extension IntervalWriter {
    /// What a column of whole numbers says of an interval. Values above `Int64.max` saturate, as SQLite has no larger.
    mutating func number(
        _ column: StoreLayout.Column, _ intervals: Span<FlowInterval>, _ index: Int, seen: LastSeen, _ result: inout WriteResult
    ) throws(StoreError) -> Int64? {
        switch column.kind {
        case .unsigned: return intervals.unsigned(column.field, at: index).map { Int64(clamping: $0) }
        case .time: return intervals.time(column.field, at: index)?.milliseconds
        case .name: return try row(of: intervals.name(column.field, at: index), seen: seen, &result)
        case .address:
            guard let address = intervals.address(column.field, at: index) else { return nil }
            return try addresses.row(of: address, seen: seen, using: statements)
        case .uuid: return nil
        }
    }

    /// The row of a name; nil for one that is not known, which is counted if it should be.
    mutating func row(of name: NameID?, seen: LastSeen, _ result: inout WriteResult) throws(StoreError) -> Int64? {
        guard let name else { return nil }
        if let row = try names.row(of: name, seen: seen, using: statements) { return row }
        result.unknownNames += 1
        return nil
    }
}
