// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import Glibc
internal import Schemas

/// Opens the file that flows are kept in: SQLite in WAL mode, with one writer and any number of readers.
public enum FlowStore {
    /// Opens a store for writing, makes it (readable by its owner only) if there is none, and brings it up to date. Before anything is written,
    /// the structure of the file is looked at, which reads all of it: of every small one, and of one that the program before did not close.
    ///
    /// - Parameters:
    ///   - busyTimeout: how long a call waits for another program's lock before it fails with ``StoreError/busy``.
    ///   - progress: is told now and then how far bringing the flows of an older store up to date has come. What it throws ends that, as
    ///     does the end of the program: the flows are left as they were, and the next call begins again with them.
    public static func openForWriting(
        path: String, busyTimeout: Duration = .seconds(5),
        progress: @escaping @Sendable (MigrationProgress) throws(StoreError) -> Void = { _ in }
    ) throws(StoreError) -> FlowWriter {
        try makeFile(at: path)
        let isRecovered = octets(of: path + "-wal") > 0
        if isRecovered || octets(of: path) <= alwaysChecked { try checkStructure(path, busyTimeout: busyTimeout) }
        var configuration = configuration(busyTimeout: busyTimeout)
        configuration.label = "flow writer"
        // Both count only before the first table is made, and the second would write to a store that may not be ours. Pages can then be given
        // back to the file system without a VACUUM.
        let isNew = octets(of: path) == 0
        configuration.prepareDatabase { database in
            if isNew { try database.execute(sql: "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL") }
        }
        let writer: FlowWriter
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { try refuseForeign($0, path: path, isEmptyAllowed: true) }
            let lock = try WriterLock(storePath: path)
            try queue.writeWithoutTransaction(prepareForWriting)
            try migrator.migrate(queue)
            try queue.write { database in
                try StoreViews.install(in: database)
                if try LegacyFlows.arePresent(database) { try LegacyFlows(database, progress).move() }
            }
            writer = try FlowWriter(queue: queue, lock: lock, isRecovered: isRecovered)
        } catch { throw StoreError(error).opening(path) }
        return writer
    }

    /// Octets of a store that is looked at whenever it is opened for writing: about a second.
    private static let alwaysChecked: Int64 = 256 << 20

    /// Of the write-ahead log: the last that closes a store takes it away.
    private static func octets(of path: String) -> Int64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// On a connection that only reads, so that closing it does not move the log of a damaged store into the file.
    ///
    /// - Throws: ``StoreError/damaged(message:)`` with the first thing that is not sound.
    private static func checkStructure(_ path: String, busyTimeout: Duration) throws(StoreError) {
        var configuration = configuration(busyTimeout: busyTimeout)
        // A journal of an older store, from the time ahead of its log, is rolled back first, which writes.
        configuration.readonly = octets(of: path + "-journal") == 0
        do {
            let finding = try DatabaseQueue(path: path, configuration: configuration).read { database in
                try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
            }
            if let finding, finding != "ok" { throw StoreError.damaged(message: finding) }
        } catch { throw StoreError(error).opening(path) }
    }

    /// Opens a store for reading. Works while a writer is active; sees what is committed.
    public static func openForReading(path: String, busyTimeout: Duration = .seconds(5)) throws(StoreError) -> FlowReader {
        guard unsafe access(path, F_OK) == 0 else { throw .doesNotExist(path: path) }
        var configuration = configuration(busyTimeout: busyTimeout)
        configuration.label = "flow reader"
        configuration.readonly = true
        configuration.prepareDatabase(RegularExpressionFunction.install)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { database in
                try refuseForeign(database, path: path, isEmptyAllowed: false)
                guard try migrator.hasCompletedMigrations(database), try !LegacyFlows.arePresent(database) else {
                    throw StoreError.olderStore(path: path)
                }
            }
            return FlowReader(queue: queue, path: path)
        } catch { throw StoreError(error).opening(path) }
    }

    /// Each step is a transaction: what ends it early leaves the store as the step before made it.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator().disablingDeferredForeignKeyChecks()
        for migration in Schemas.migrations {
            migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
        }
        return migrator
    }
}

extension FlowStore {
    /// "weir" in ASCII; the first migration writes it.
    private static let applicationID: Int32 = 0x7765_6972

    private static func configuration(busyTimeout: Duration) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let (seconds, attoseconds) = busyTimeout.components
        configuration.busyMode = .timeout(Double(seconds) + Double(attoseconds) / 1e18)
        return configuration
    }

    /// SQLite gives its other files the permissions of the first, which it would make readable by all.
    private static func makeFile(at path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .cannotOpen(path: path, reason: currentSystemError())
        }
    }

    private static func refuseForeign(_ database: Database, path: String, isEmptyAllowed: Bool) throws {
        // The migrator makes its own table first: a program that ended just then has left an empty store.
        let hasTables =
            try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT * FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations')") ?? false
        if !hasTables, isEmptyAllowed { return }
        guard try Int32.fetchOne(database, sql: "PRAGMA application_id") == applicationID else { throw StoreError.notAStore(path: path) }
        let known = Set(Schemas.migrations.map(\.name))
        let unknown = try migrator.appliedIdentifiers(database).subtracting(known)
        guard unknown.isEmpty else { throw StoreError.newerStore(path: path, migrations: unknown.sorted()) }
    }

    /// FULL: a batch that is committed is on the disk, so that a power cut costs at most the one in progress. Checkpoints every 32 MiB; the log
    /// is cut back to twice that.
    private static func prepareForWriting(_ database: Database) throws {
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw StoreError.failed(
                code: 1, message: "the file system does not let several programs share a log (journal mode \(mode ?? "unknown"))")
        }
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 4000;
                PRAGMA journal_size_limit = 67108864;
                PRAGMA cache_size = -65536;
                """)
    }
}
