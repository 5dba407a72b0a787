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
    let reserve: SpaceReserve
    /// Whether the program that wrote the store before ended without closing it. What it had committed is there.
    public let isRecovered: Bool
    private let firstConnection: Int64
    private var intervals: IntervalWriter?
    private var statistics: StatisticsWriter?
    private var ledger: LedgerStatements?
    var retentionMemory = RetentionMemory()
    /// What was found; nothing is written from then on.
    private var damage: StoreError?

    /// - Parameter queue: a connection to a store that is up to date.
    init(queue: DatabaseQueue, lock: WriterLock, isRecovered: Bool) throws(StoreError) {
        self.queue = queue
        self.isRecovered = isRecovered
        self.lock = lock
        reserve = SpaceReserve(storePath: queue.path)
        do {
            (intervals, statistics, ledger, firstConnection) = try queue.writeWithoutTransaction { database in
                let connection = try Connection(database)
                let last = try Statement(connection, "SELECT max(id) FROM connection").firstInteger() ?? 0
                let ledger = try LedgerStatements(connection)
                return (
                    try IntervalWriter(connection, lastConnection: last), try StatisticsWriter(connection, ledger), ledger, last + 1
                )
            }
        } catch { throw StoreError(error) }
    }

    // Statements go before the connection they belong to.
    deinit {
        intervals = nil
        statistics = nil
        ledger = nil
        // Closing would move the log into the damaged file and take it away. It stays until the program ends, and makes the next one look.
        if damage != nil { _ = unsafe Unmanaged.passRetained(queue) }
    }

    /// The first connection id that the store had not used when it was opened.
    public func nextConnection() -> Int64 { firstConnection }

    /// Stores a batch.
    ///
    /// - Throws: nothing of the batch is stored then, and nothing remembered of it but the texts of its names.
    @discardableResult
    public func write(_ batch: StoreBatch) throws(StoreError) -> WriteResult {
        try write(batch, intervals: batch.intervals.indices)
    }

    /// Stores a part of a batch, so that a large one need not be one long transaction. Parts are written in their order, each until it is
    /// stored or the batch is given up: what a batch tells beside its intervals is stored with the last of them, so that it says of none that
    /// they are there before they are.
    ///
    /// - Parameter part: places in the intervals of the batch.
    /// - Throws: nothing of the part is stored then.
    @discardableResult
    public func write(_ batch: StoreBatch, intervals part: Range<Int>) throws(StoreError) -> WriteResult {
        try perform { database throws(StoreError) in
            if part.lowerBound == 0 { intervals?.learn(batch.names) }
            var result = WriteResult()
            try transaction(in: database) { () throws(StoreError) in
                result = WriteResult()
                try store(batch, part, &result)
            }
            return result
        }
    }

    /// Runs a body on the writer's connection, outside of any transaction.
    ///
    /// - Throws: what the body throws; once the file turned out to be damaged, that, whatever is asked.
    func perform<Value>(_ body: (Database) throws(StoreError) -> Value) throws(StoreError) -> Value {
        do {
            return try queue.writeWithoutTransaction { database in
                if let damage { throw damage }
                do throws(StoreError) {
                    return try body(database)
                } catch {
                    if case .damaged = error { damage = error }
                    throw error
                }
            }
        } catch { throw StoreError(error) }
    }

    /// Runs a body in a transaction; what is remembered of rows follows its fate.
    func transaction(in database: Database, _ body: () throws(StoreError) -> Void) throws(StoreError) {
        do {
            try database.inTransaction(.immediate) {
                try body()
                return .commit
            }
            intervals?.commit()
        } catch {
            intervals?.rollBack()
            statistics?.rollBack()
            throw StoreError(error)
        }
    }

    /// Rows of names that are remembered without their texts.
    func rememberedNames() -> Set<Int64> { intervals?.rememberedNames ?? [] }

    /// After rows were removed that may be remembered.
    func forgetRows() throws(StoreError) {
        try intervals?.forgetRows()
    }

    /// Writes the sums of what is over, in the caller's transaction.
    func closeSums(at now: Timestamp) throws(StoreError) {
        try intervals?.begin()
        try intervals?.flush(at: now)
    }

    private func store(_ batch: StoreBatch, _ part: Range<Int>, _ result: inout WriteResult) throws(StoreError) {
        guard let ledger, intervals != nil else { throw .failed(code: 21, message: "the writer is closed") }
        try intervals?.begin()
        try intervals?.store(batch.intervals.span.extracting(part), &result)
        try intervals?.flush()
        guard part.upperBound == batch.intervals.count else { return }
        for minute in batch.exporterMinutes {
            if let statements = intervals?.statements { try ledger.add(minute, names: statements) }
            result.exporterMinutes += 1
        }
        for received in batch.statistics { try intervals?.store(received, by: &statistics, &result) }
        if let progress = batch.importProgress { try intervals?.statements.imports.store(progress) }
        if let run = batch.run { try ledger.note(run) }
        try ledger.save(batch.savedTemplates)
    }
}
