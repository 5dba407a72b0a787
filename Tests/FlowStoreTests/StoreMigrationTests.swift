// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import GRDB
import IPFIX
import Synchronization
import Testing

@testable import FlowStore

@Suite struct StoreMigrationTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }

    /// A store as the program with only the first migration left it, with a flow and an entry of the ledger.
    private func makeFirstStore() throws {
        let queue = try DatabaseQueue(path: path)
        try FlowStore.migrator.migrate(queue, upTo: "v1-flows")
        try queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO name (id, text) VALUES (1, 'tcp://192.0.2.1'), (2, 'web-0');
                    INSERT INTO connection (id, sourcePodName) VALUES (41, 2);
                    INSERT INTO interval (id, connection, octetDeltaCount) VALUES (1700000000 << 22, 41, 1234);
                    INSERT INTO exporter_minute VALUES (1699999980000, 1, 9, NULL, 3, 30, 2, 0, 0, 1);
                    """)
        }
    }

    @Test("a store of the first version is brought up to date with what it has")
    func firstStore() throws {
        try makeFirstStore()
        #expect(throws: StoreError.olderStore(path: path)) { try FlowStore.openForReading(path: path) }
        let writer = try FlowStore.openForWriting(path: path)
        #expect(writer.nextConnection() == 42)
        let reader = try FlowStore.openForReading(path: path)
        let answers = try reader.queue.read { database in
            try [
                "SELECT sourcePodName || octetDeltaCount FROM flows", "SELECT messages || '/' || records || '/' || lost FROM completeness",
                "SELECT reordered + setsExpired + late + notSent + untracked + opened + datagramsDropped FROM completeness",
                "SELECT count(*) FROM policy_rules",
                "SELECT count(*) FROM ports", "SELECT count(*) FROM statistics",
            ].map { try String.fetchOne(database, sql: $0) }
        }
        #expect(answers == ["web-01234", "3/30/2", "0", "0", "0", "0"])
        var records = StatisticsRecords()
        let result = try writer.write(records.batch([records.rule(at: 60, total: 1, delta: 1), records.notSent(1, at: 60)], at: 61))
        #expect(result.statistics == 2)
    }

    /// A store as an earlier program left it.
    private func makeStore(_ fixture: String) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: String(decoding: Fixture.octets("stores/\(fixture).sql"), as: UTF8.self)) }
        return queue
    }

    /// Every field of every interval as the tables of before v5 have it, as people read it.
    private func legacyRows(_ queue: DatabaseQueue) throws -> [[String?]] {
        try queue.read { database in
            var columns = ["interval.id", "interval.connection"]
            for definition in Self.storedFields {
                let tables: [String] = try ["connection", "interval"].filter { table in
                    try Bool.fetchOne(
                        database, sql: "SELECT EXISTS (SELECT * FROM pragma_table_info(?) WHERE name = ?)",
                        arguments: [table, definition.name])
                        ?? false
                }
                columns.append(tables.first.map { StoreViews.readable("\($0).\(definition.name)", definition.kind) } ?? "NULL")
            }
            return try rows(
                "SELECT \(columns.joined(separator: ", ")) FROM interval JOIN connection ON connection.id = interval.connection ORDER BY 1",
                database)
        }
    }

    private static let storedFields = FlowSchema.fields.filter { if case .derived = $0.storage { false } else { true } }

    private func migratedRows() throws -> [[String?]] {
        try FlowStore.openForReading(path: path).queue.read { database in
            try rows("SELECT id, connection, \(Self.storedFields.map(\.name).joined(separator: ", ")) FROM flows ORDER BY id", database)
        }
    }

    private func rows(_ sql: String, _ database: Database) throws -> [[String?]] {
        try Row.fetchAll(database, sql: sql).map { row in
            row.databaseValues.map { String.fromDatabaseValue($0) ?? Int64.fromDatabaseValue($0)?.description }
        }
    }

    @Test("a store of an earlier release is brought up to date: every field of every interval is as it was", arguments: ["v2", "v3"])
    func earlierStore(fixture: String) throws {
        let before = try legacyRows(makeStore(fixture))
        #expect(before.count > 20)
        #expect(throws: StoreError.olderStore(path: path)) { try FlowStore.openForReading(path: path) }
        let steps = Mutex<[MigrationProgress]>([])
        do {
            let writer = try FlowStore.openForWriting(path: path) { step in steps.withLock { $0.append(step) } }
            #expect(writer.nextConnection() == 13)
        }
        #expect(try migratedRows() == before)
        #expect(try FlowStore.openForReading(path: path).check() == [])
        let told = steps.withLock { $0 }
        #expect(told.last.map { $0.done == $0.total && $0.total == Int64(before.count + 12) } == true)
        // Nothing is moved twice.
        _ = try FlowStore.openForWriting(path: path)
        #expect(try migratedRows() == before)
    }

    /// What every view of a store shows, by name: the columns that it has, in any order of rows.
    private func answers(_ database: Database, of views: [String: [String]]) throws -> [String: [[String]]] {
        try views.reduce(into: [:]) { answers, view in
            answers[view.key] = try Row.fetchAll(database, sql: "SELECT \(view.value.joined(separator: ", ")) FROM \(view.key)")
                .map { $0.databaseValues.map(\.description) }.sorted { $0.joined() < $1.joined() }
        }
    }

    @Test("what the views of an earlier release said, today's say as well", arguments: ["v7"])
    func earlierViews(fixture: String) throws {
        let queue = try makeStore(fixture)
        let views = try queue.read { database in
            try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'view'").reduce(into: [:]) { views, name in
                views[name] = try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [name])
            }
        }
        let before = try queue.read { try answers($0, of: views) }
        #expect(before["flows"]?.count ?? 0 > 20 && before["flows_1h"]?.count ?? 0 > 5 && before["completeness"]?.count ?? 0 > 0)
        try queue.close()
        _ = try FlowStore.openForWriting(path: path)
        let reader = try FlowStore.openForReading(path: path)
        let after = try reader.queue.read { try answers($0, of: views) }
        for (view, rows) in before { #expect(after[view] == rows, "\(view)") }
        #expect(try reader.check() == [])
    }

    @Test("bringing a store up to date that is ended early is done again from the beginning; until then it is not read")
    func endedEarly() throws {
        let before = try legacyRows(makeStore("v3"))
        for end in [0, 1] {
            #expect(throws: StoreError.interrupted) {
                try FlowStore.openForWriting(path: path) { step throws(StoreError) in if step.done >= end { throw .interrupted } }
            }
            #expect(throws: StoreError.olderStore(path: path)) { try FlowStore.openForReading(path: path) }
        }
        _ = try FlowStore.openForWriting(path: path)
        #expect(try migratedRows() == before)
    }

    @Test("migrations are named once, in order, and a program that knows only the first refuses the second by name")
    func names() throws {
        #expect(
            FlowStore.migrator.migrations == [
                "v1-flows", "v2-statistics", "v3-continuation", "v4-imports", "v5-compact", "v6-ledger", "v7-import-span",
                "v8-retention-limits", "v9-ten-minutes",
            ])
        _ = try FlowStore.openForWriting(path: path)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1-flows") { _ in }
        let unknown = try DatabaseQueue(path: path).read { try migrator.hasBeenSuperseded($0) }
        #expect(unknown)
    }
}
