// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import GRDB
internal import IPFIX

/// The one writer of a store. A batch is a transaction: all of it is stored, or nothing.
///
/// Calls block until the batch is committed, up to the busy timeout if somebody else holds SQLite's lock. After an error the same batch
/// may be written again; ``StoreError/isRetrySensible`` says whether that has a chance.
///
/// `@unchecked Sendable`: everything mutable is touched only inside `perform`, that is on the serial queue of `queue`, and in `deinit`.
public final class FlowWriter: @unchecked Sendable {
    let queue: DatabaseQueue
    private let lock: WriterLock
    private let firstConnection: Int64
    private var statements: WriterStatements?
    private var names = NameRows()
    private var addresses = AddressRows()
    private var sequence = IntervalSequence()
    private var statistics: StatisticsWriter?

    /// - Parameter queue: a connection to a store that is up to date.
    init(queue: DatabaseQueue, lock: WriterLock) throws(StoreError) {
        self.queue = queue
        self.lock = lock
        do {
            (statements, statistics, firstConnection) = try queue.writeWithoutTransaction { database in
                let connection = try Connection(database)
                let last = try Statement(connection, "SELECT max(id) FROM connection").firstInteger() ?? 0
                return (try WriterStatements(connection), try StatisticsWriter(connection), last + 1)
            }
        } catch { throw StoreError(error) }
    }

    // Statements go before the connection they belong to.
    deinit {
        statements = nil
        statistics = nil
    }

    /// The first connection id that the store had not used when it was opened.
    public func nextConnection() -> Int64 { firstConnection }

    /// Stores a batch.
    ///
    /// - Throws: nothing of the batch is stored then, and nothing remembered of it but the texts of its names.
    @discardableResult
    public func write(_ batch: StoreBatch) throws(StoreError) -> WriteResult {
        do {
            return try queue.writeWithoutTransaction { database in
                names.learn(batch.names)
                do {
                    var result = WriteResult()
                    try database.inTransaction(.immediate) {
                        result = try store(batch)
                        return .commit
                    }
                    commit()
                    return result
                } catch {
                    rollBack()
                    throw error
                }
            }
        } catch { throw StoreError(error) }
    }

    private func commit() {
        names.commit()
        addresses.commit()
    }

    private func rollBack() {
        names.rollBack()
        addresses.rollBack()
        sequence.rollBack()
        statistics?.rollBack()
    }
}

// Inside the transaction.
extension FlowWriter {
    private func store(_ batch: StoreBatch) throws(StoreError) -> WriteResult {
        guard let statements else { throw .failed(code: 21, message: "the writer is closed") }
        var result = WriteResult()
        for interval in batch.intervals {
            if interval.isConnectionChanged { try storeConnection(of: interval, using: statements, &result) }
            if interval.hasInterval { try storeInterval(interval, using: statements, &result) }
        }
        for minute in batch.exporterMinutes {
            try statements.add(minute)
            result.exporterMinutes += 1
        }
        if let progress = batch.importProgress { try statements.imports.store(progress) }
        for received in batch.statistics { try statistics?.store(received, names: &names, using: statements, &result) }
        return result
    }

    private func storeConnection(of interval: FlowInterval, using statements: WriterStatements, _ result: inout WriteResult)
        throws(StoreError)
    {
        let statement = statements.upsertConnection
        statement.clear()
        statement.bind(interval.connection, at: 1)
        try bind(StoreLayout.connectionColumns, of: interval.record, to: statement, from: 2, using: statements, &result)
        bind(interval.starts, of: interval.record, to: statement)
        try statement.run()
        result.connections += 1
    }

    private func bind(_ starts: HalfStarts, of record: FlowRecord, to statement: Statement) {
        guard let first = record[time: .flowStartMilliseconds] else { return }
        let index = Int32(StoreLayout.connectionColumns.count + 2)
        if let start = starts.source { statement.bind((start - first).wholeMilliseconds, at: index) }
        if let start = starts.destination { statement.bind((start - first).wholeMilliseconds, at: index + 1) }
    }

    private func storeInterval(_ interval: FlowInterval, using statements: WriterStatements, _ result: inout WriteResult) throws(StoreError)
    {
        guard let end = interval.record[time: .flowEndMilliseconds], IntervalID.seconds.contains(end.seconds) else {
            result.refusedIntervals += 1
            return
        }
        let statement = statements.insertInterval
        statement.clear()
        statement.bind(try sequence.id(ofSecond: end.seconds, last: statements.lastInterval), at: 1)
        statement.bind(interval.connection, at: 2)
        try bind(StoreLayout.intervalColumns, of: interval.record, to: statement, from: 3, using: statements, &result)
        try statement.run()
        result.intervals += 1
    }

    /// Binds what is known of a record; the rest was made NULL before. Values above `Int64.max` saturate, as SQLite has no larger.
    private func bind(
        _ columns: [StoreLayout.Column], of record: FlowRecord, to statement: Statement, from first: Int32,
        using statements: WriterStatements,
        _ result: inout WriteResult
    ) throws(StoreError) {
        var index = first
        for column in columns {
            switch column.kind {
            case .unsigned:
                if let value = record[unsigned: column.field] { statement.bind(Int64(clamping: value), at: index) }
            case .time:
                if let time = record[time: column.field] { statement.bind(time.milliseconds, at: index) }
            case .name:
                guard let id = record[name: column.field] else { break }
                if let row = try names.row(of: id, using: statements) {
                    statement.bind(row, at: index)
                } else {
                    result.unknownNames += 1
                }
            case .address:
                if let address = record[address: column.field] {
                    statement.bind(try addresses.row(of: address, using: statements), at: index)
                }
            case .uuid:
                if let uuid = record[uuid: column.field] { try statement.bind(uuid: uuid, at: index) }
            }
            index += 1
        }
    }
}
