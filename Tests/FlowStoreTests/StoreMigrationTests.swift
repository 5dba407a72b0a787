// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import IPFIX
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

    @Test("migrations are named once, in order, and a program that knows only the first refuses the second by name")
    func names() throws {
        #expect(
            FlowStore.migrator.migrations == ["v1-flows", "v2-statistics", "v3-continuation", "v4-imports", "v5-compact", "v6-ledger"])
        _ = try FlowStore.openForWriting(path: path)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1-flows") { _ in }
        let unknown = try DatabaseQueue(path: path).read { try migrator.hasBeenSuperseded($0) }
        #expect(unknown)
    }
}
