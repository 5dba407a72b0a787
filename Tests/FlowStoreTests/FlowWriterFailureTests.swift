// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import IPFIX
import Testing

@testable import FlowStore

@Suite struct FlowWriterFailureTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }

    /// Needs some two hundred pages.
    private func largeBatch(_ random: inout RandomFlows) -> StoreBatch {
        var batch = StoreBatch()
        for index in 0..<2000 {
            let (record, _) = random.record(end: Timestamp(seconds: 1_700_000_000))
            batch.intervals.append(FlowInterval(connection: Int64(index + 1), record: record, isConnectionChanged: true))
        }
        batch.names = random.newNames()
        batch.exporterMinutes = [
            ExporterMinute(exporter: "udp://192.0.2.1", observationDomainID: 1, minute: Timestamp(seconds: 1_699_999_980))
        ]
        return batch
    }

    private func counts(_ writer: FlowWriter) throws -> [Int] {
        try writer.queue.read { database in
            try ["name", "address", "connection", "interval", "exporter_minute"].map {
                try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? -1
            }
        }
    }

    @Test("a full disk leaves nothing of a batch, which can be written again when there is room")
    func fullDisk() throws {
        var random = RandomFlows(seed: 4)
        let batch = largeBatch(&random)
        let writer = try FlowStore.openForWriting(path: path)
        try writer.queue.write { try $0.execute(sql: "PRAGMA max_page_count = 60") }
        #expect(throws: StoreError.full) { try writer.write(batch) }
        #expect(StoreError.full.isRetrySensible)
        #expect(try counts(writer) == [0, 0, 0, 0, 0])

        try writer.queue.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        let result = try writer.write(batch)
        #expect(result.intervals == 2000 && result.connections == 2000 && result.unknownNames == 0)
        // Ids of rows that were rolled back are not remembered: every id has its text.
        let dangling = try writer.queue.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM connection LEFT JOIN conversation ON conversation.id = connection.conversation
                    WHERE sourcePodName NOT IN (SELECT id FROM name) OR sourceIPAddress NOT IN (SELECT id FROM address)
                      OR conversation.id IS NULL
                    """)
        }
        #expect(dangling == 0)
    }

    @Test("a batch that is given up takes no name with it")
    func abandonedBatch() throws {
        var random = RandomFlows(seed: 5)
        let abandoned = largeBatch(&random)
        let writer = try FlowStore.openForWriting(path: path)
        try writer.queue.write { try $0.execute(sql: "PRAGMA max_page_count = 60") }
        #expect(throws: StoreError.full) { try writer.write(abandoned) }
        try writer.queue.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }

        var later = StoreBatch()
        later.intervals = Array(abandoned.intervals.prefix(50))
        #expect(try writer.write(later).unknownNames == 0)
    }

    @Test("a lock that somebody else holds is an error to try again after, and the batch is stored then")
    func busy() throws {
        var random = RandomFlows(seed: 6)
        let batch = largeBatch(&random)
        let writer = try FlowStore.openForWriting(path: path, busyTimeout: .zero)
        let other = try DatabaseQueue(path: path)
        try other.inTransaction(.immediate) { _ in
            #expect(throws: StoreError.busy) { try writer.write(batch) }
            return .rollback
        }
        #expect(StoreError.busy.isRetrySensible)
        #expect(try writer.write(batch).intervals == 2000)
    }

    @Test("what was committed is there after a writer that never closed")
    func reopenedWithoutClosing() throws {
        var random = RandomFlows(seed: 7)
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(largeBatch(&random))
        // The files as a crash would leave them: the log is not yet in the database.
        let copy = folder.file("crashed.db")
        for suffix in ["", "-wal"] { try copyFile(path + suffix, to: copy + suffix) }
        let recovered = try FlowStore.openForWriting(path: copy)
        #expect(try counts(recovered)[2...3] == [2000, 2000])
        #expect(try recovered.queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        #expect(recovered.nextConnection() == 2001)
    }
}
