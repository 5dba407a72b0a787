// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import Glibc
import IPFIX
import Testing

@testable import FlowStore

@Suite struct FlowStoreOpeningTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }

    private func oneFlow() -> StoreBatch {
        var record = FlowRecord()
        record[time: .flowEndMilliseconds] = Timestamp(seconds: 1_700_000_000)
        var batch = StoreBatch()
        batch.intervals = [FlowInterval(connection: 1, record: record, isConnectionChanged: true)]
        return batch
    }

    @Test("a new store and the files beside it are for their owner only")
    func permissions() throws {
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(oneFlow())
        for name in folder.files {
            var status = stat()
            #expect(unsafe lstat(folder.file(name), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(name)")
        }
        #expect(folder.files == ["flows.db", "flows.db-lock", "flows.db-shm", "flows.db-wal"])
    }

    @Test("a new store has pages of 8 KiB, a write-ahead log, and can give pages back")
    func pragmas() throws {
        let writer = try FlowStore.openForWriting(path: path)
        let values = try writer.queue.read { database in
            try ["page_size", "journal_mode", "synchronous", "auto_vacuum"].map { try String.fetchOne(database, sql: "PRAGMA \($0)") }
        }
        #expect(values == ["8192", "wal", "2", "2"])
    }

    @Test("a store made by a newer version is refused by name of what is not known, and left as it is")
    func newerStore() throws {
        do {
            let writer = try FlowStore.openForWriting(path: path)
            try writer.queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('v99-later')") }
        }
        let error = StoreError.newerStore(path: path, migrations: ["v99-later"])
        #expect(throws: error) { try FlowStore.openForWriting(path: path) }
        #expect(throws: error) { try FlowStore.openForReading(path: path) }
        #expect(error.description.contains("newer version (unknown here: v99-later)"))
        #expect(!error.isRetrySensible)
    }

    @Test("a store whose steps are not all done is refused for reading")
    func olderStore() throws {
        do {
            let writer = try FlowStore.openForWriting(path: path)
            try writer.queue.write { try $0.execute(sql: "DELETE FROM grdb_migrations") }
        }
        #expect(throws: StoreError.olderStore(path: path)) { try FlowStore.openForReading(path: path) }
    }

    @Test("a file that is not SQLite's is refused and left as it is")
    func notSQLite() throws {
        let text = String(repeating: "this is my thesis\n", count: 100)
        write(text, to: path)
        #expect(throws: StoreError.notSQLite(path: path)) { try FlowStore.openForWriting(path: path) }
        #expect(throws: StoreError.notSQLite(path: path)) { try FlowStore.openForReading(path: path) }
        #expect(read(path) == text)
        #expect(folder.files == ["flows.db"])
    }

    @Test("somebody else's SQLite database is refused and left as it is")
    func foreignDatabase() throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE recipe (id INTEGER PRIMARY KEY)") }
        let before = read(path)
        #expect(throws: StoreError.notAStore(path: path)) { try FlowStore.openForWriting(path: path) }
        #expect(throws: StoreError.notAStore(path: path)) { try FlowStore.openForReading(path: path) }
        #expect(read(path) == before)
    }

    @Test("a store that does not exist cannot be read, and reading does not make it")
    func missing() {
        #expect(throws: StoreError.doesNotExist(path: path)) { try FlowStore.openForReading(path: path) }
        #expect(folder.files.isEmpty)
    }

    @Test("an empty file is not a store for a reader, and a new one for a writer")
    func emptyFile() throws {
        write("", to: path)
        #expect(throws: StoreError.notAStore(path: path)) { try FlowStore.openForReading(path: path) }
        try FlowStore.openForWriting(path: path).write(oneFlow())
    }

    @Test("a program that ended between the migrator's table and the first migration left an empty store")
    func interruptedCreation() throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)") }
        try FlowStore.openForWriting(path: path).write(oneFlow())
    }

    @Test("a folder that does not exist is named with the reason")
    func missingFolder() throws {
        let error = #expect(throws: StoreError.self) { try FlowStore.openForWriting(path: "/dev/null/flows.db") }
        #expect(error == .cannotOpen(path: "/dev/null/flows.db", reason: "Not a directory"))
    }

    @Test("a folder in which one may not write is named with the reason", .enabled(if: geteuid() != 0, "root may write anywhere"))
    func readOnlyFolder() throws {
        unsafe chmod(folder.path, 0o500)
        defer { unsafe chmod(folder.path, 0o700) }
        #expect(throws: StoreError.cannotOpen(path: path, reason: "Permission denied")) { try FlowStore.openForWriting(path: path) }
    }

    @Test("a store has one writer; the next may come when it has gone")
    func secondWriter() throws {
        do {
            let writer = try FlowStore.openForWriting(path: path)
            #expect(throws: StoreError.anotherWriter(path: path)) { try FlowStore.openForWriting(path: path) }
            try writer.write(oneFlow())
        }
        _ = try FlowStore.openForWriting(path: path)
    }

    @Test("a reader sees what is committed while the writer is at work")
    func readWhileWriting() throws {
        let writer = try FlowStore.openForWriting(path: path)
        let reader = try FlowStore.openForReading(path: path)
        #expect(try reader.storedSpan() == nil)
        try writer.write(oneFlow())
        #expect(try reader.storedSpan() == Timestamp(seconds: 1_700_000_000)...Timestamp(seconds: 1_700_000_000))
        // Uncommitted work of the writer neither shows nor blocks.
        try writer.queue.inTransaction(.immediate) { database in
            try database.execute(sql: "DELETE FROM interval")
            let span = try reader.storedSpan()
            #expect(span != nil)
            return .rollback
        }
    }

    @Test("a reader cannot write")
    func readerIsReadOnly() throws {
        try FlowStore.openForWriting(path: path).write(oneFlow())
        let reader = try FlowStore.openForReading(path: path)
        let error = #expect(throws: DatabaseError.self) { try reader.queue.inDatabase { try $0.execute(sql: "DELETE FROM interval") } }
        #expect(error?.resultCode == .SQLITE_READONLY)
    }
}

/// Octets of a file to another.
func copyFile(_ source: String, to destination: String) throws {
    let input = unsafe open(source, O_RDONLY), output = unsafe open(destination, O_WRONLY | O_CREAT, 0o600)
    try #require(input >= 0 && output >= 0)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe Glibc.read(input, &buffer, buffer.count)
        guard count > 0 else { break }
        try #require(unsafe Glibc.write(output, &buffer, count) == count)
    }
    close(input)
    close(output)
}
