// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import Glibc
import IPFIX
import Testing

@testable import FlowStore

@Suite struct MaintenanceTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }
    private let start = Timestamp(seconds: 1_700_000_000)

    private func store(batches: Int = 60) throws -> FlowWriter {
        let flows = LivingFlows(seed: 21, at: start)
        let writer = try FlowStore.openForWriting(path: path)
        for _ in 0..<batches { try writer.write(flows.batch()) }
        return writer
    }

    @Test("what a store holds is told by resolution and table")
    func inspection() throws {
        let writer = try store()
        let inspection = try FlowStore.openForReading(path: path).inspection()
        #expect(inspection.migrations == FlowStore.migrator.migrations)
        #expect(inspection.pageOctets == 8192 && inspection.pages > 10)
        #expect(inspection.kept.map(\.resolution) == Resolution.allCases)
        let intervals = try writer.queue.read { try Int64.fetchOne($0, sql: "SELECT count(*) FROM interval") }
        #expect(inspection.kept.first?.rows == intervals)
        #expect(inspection.kept.first?.span?.lowerBound ?? start >= start)
        #expect(inspection.tables.first { $0.name == "connection" }?.rows ?? 0 > 0)
    }

    @Test("a sound store has no problems; each kind of damage is found")
    func check() throws {
        let writer = try store()
        let reader = try FlowStore.openForReading(path: path)
        #expect(try reader.check() == [])
        for damage in [
            "UPDATE rollup_1m SET octetDeltaCount = ifnull(octetDeltaCount, 0) + 1 WHERE id = (SELECT min(id) FROM rollup_1m)",
            "DELETE FROM connection WHERE id = (SELECT connection FROM interval LIMIT 1)",
            "DELETE FROM conversation WHERE id = (SELECT conversation FROM connection LIMIT 1)",
            "DELETE FROM name WHERE text = 'client-1'",
            "DELETE FROM rollup_1h WHERE id = (SELECT min(id) FROM rollup_1h)",
        ] {
            try writer.queue.inDatabase { database in
                try database.execute(sql: "BEGIN; \(damage)")
                let copy = folder.file("damaged.db")
                try database.execute(sql: "COMMIT")
                try reader.backUp(to: copy)
                #expect(try !FlowStore.openForReading(path: copy).check().isEmpty, "\(damage)")
                unsafe unlink(copy)
            }
        }
    }

    @Test("a backup is a store of its own, made while the writer goes on, and is its owner's only")
    func backup() throws {
        let writer = try store()
        let reader = try FlowStore.openForReading(path: path)
        let before = try reader.inspection().kept.map(\.rows)
        let copy = folder.file("copy.db")
        let flows = LivingFlows(seed: 22, at: start)
        var told: [Int64] = []
        try reader.backUp(to: copy) { done, total in
            told.append(total - done)
            do throws(StoreError) { try writer.write(flows.batch()) } catch { Issue.record("the writer waits for the backup: \(error)") }
        }
        #expect(told.last == 0)
        let copied = try FlowStore.openForReading(path: copy)
        #expect(try copied.inspection().kept.map(\.rows) == before && copied.check() == [])
        var status = stat()
        #expect(unsafe lstat(copy, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(throws: StoreError.cannotOpen(path: copy, reason: "File exists")) { try reader.backUp(to: copy) }
    }

    @Test("a backup that is ended early leaves nothing behind")
    func cancelledBackup() throws {
        _ = try store()
        let reader = try FlowStore.openForReading(path: path)
        #expect(throws: StoreError.busy) {
            try reader.backUp(to: folder.file("copy.db")) { (_, _) throws(StoreError) in throw .busy }
        }
        #expect(!folder.files.contains { $0.hasPrefix("copy") })
    }

    @Test("compacting gives room back, and needs the writer's place")
    func compact() throws {
        do {
            let writer = try store(batches: 200)
            #expect(throws: StoreError.anotherWriter(path: path)) { try FlowStore.compact(path: path) }
            try writer.queue.write { try $0.execute(sql: "DELETE FROM interval; DELETE FROM rollup_1m") }
        }
        #expect(try FlowStore.compact(path: path) > 8192)
        #expect(try FlowStore.openForReading(path: path).inspection().freePages == 0)
        #expect(throws: StoreError.doesNotExist(path: folder.file("none.db"))) { try FlowStore.compact(path: folder.file("none.db")) }
        #expect(!folder.files.contains("none.db"))
    }
}
