// SPDX-License-Identifier: Apache-2.0

import CFaultyDisk
import FlowModel
import GRDB
import Glibc
import IPFIX
import Testing

@testable import FlowStore

/// One at a time: the disk that fails watches one folder.
@Suite(.serialized) struct DurabilityTests {
    private let folder = TemporaryFolder()
    private let start = Timestamp(seconds: 1_700_000_000)

    /// What a store holds after some batches: rows of intervals, records of the ledger, octets.
    private struct Content: Equatable {
        let intervals: Int64
        let records: Int64
        let octets: Int64

        init(_ reader: FlowReader) throws {
            (intervals, records, octets) = try reader.queue.read { database in
                func integer(_ sql: String) throws -> Int64 { try Int64.fetchOne(database, sql: sql) ?? 0 }
                return (
                    try integer("SELECT count(*) FROM interval"), try integer("SELECT sum(records) FROM exporter_minute"),
                    try integer("SELECT sum(octetDeltaCount) FROM interval")
                )
            }
        }
    }

    private func batch(_ flows: LivingFlows) -> StoreBatch {
        var batch = flows.batch()
        var minute = ExporterMinute(
            exporter: "tcp://192.0.2.1", observationDomainID: 1, minute: Timestamp(seconds: flows.clock.seconds / 60 * 60))
        minute.records = UInt64(batch.intervals.count)
        batch.exporterMinutes = [minute]
        return batch
    }

    @Test("a power cut after any write leaves a sound store that lacks at most the batch in progress", arguments: [1, 2] as [UInt64])
    func powerCut(seed: UInt64) throws {
        #expect(faulty_disk_install() == 0)
        unsafe faulty_disk_watch(folder.path)
        defer { faulty_disk_stop() }
        var writer: FlowWriter? = try FlowStore.openForWriting(path: folder.file("flows.db"))
        let reader = try FlowStore.openForReading(path: folder.file("flows.db"))
        let flows = LivingFlows(seed: seed, at: start)
        // How many operations there had been, and what was stored, when each batch was.
        var committed = [(operations: faulty_disk_operations(), content: try Content(reader))]
        for index in 0..<40 {
            // Checkpoints come rarely by themselves; here they take part.
            if index % 9 == 8 { try writer?.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") } }
            try writer?.write(batch(flows))
            committed.append((faulty_disk_operations(), try Content(reader)))
        }
        writer = nil
        let first = committed[0].operations
        var random = RandomFlows(seed: seed)
        for round in 0..<30 as Range<UInt64> {
            let operations = first + Int64(random.next(below: UInt64(committed[committed.count - 1].operations - first)))
            let copy = TemporaryFolder()
            try #require(unsafe faulty_disk_cut_power(operations, seed &* 1000 &+ round, copy.path) == 0)
            let last = committed.lastIndex { $0.operations <= operations } ?? 0
            let recovered = try FlowStore.openForWriting(path: copy.file("flows.db"))
            let content = try Content(FlowStore.openForReading(path: copy.file("flows.db")))
            let allowed = committed[last...min(last + 1, committed.count - 1)].map(\.content)
            #expect(allowed.contains(content), "seed \(seed), operations \(operations), round \(round)")
            #expect(try FlowStore.openForReading(path: copy.file("flows.db")).check() == [], "seed \(seed), operations \(operations)")
            try recovered.write(batch(LivingFlows(seed: 99, at: start + .seconds(86_400))))
        }
    }

    @Test("a full disk stops writing and not the program; with room it goes on by itself, and nothing is lost")
    func fullDisk() throws {
        #expect(faulty_disk_install() == 0)
        unsafe faulty_disk_watch(folder.path)
        defer { faulty_disk_stop() }
        let writer = try FlowStore.openForWriting(path: folder.file("flows.db"))
        let flows = LivingFlows(seed: 3, at: start)
        faulty_disk_set_room(600_000)
        var stored: Int64 = 0
        var refused = 0
        for _ in 0..<200 {
            let batch = batch(flows)
            do throws(StoreError) {
                stored += Int64(try writer.write(batch).intervals)
            } catch {
                #expect(error == .full)
                refused += 1
                faulty_disk_set_room(2_000_000)
                stored += Int64(try writer.write(batch).intervals)
            }
        }
        #expect(refused > 0)
        let reader = try FlowStore.openForReading(path: folder.file("flows.db"))
        #expect(try Content(reader).intervals == stored && reader.check() == [])
    }

    @Test("a full disk whose oldest intervals may be given up takes new ones")
    func fullDiskGivesUpOldest() throws {
        #expect(faulty_disk_install() == 0)
        unsafe faulty_disk_watch(folder.path)
        defer { faulty_disk_stop() }
        let writer = try FlowStore.openForWriting(path: folder.file("flows.db"))
        let flows = LivingFlows(seed: 4, at: start)
        let policy = RetentionPolicy(givesUpOldestWhenFull: true)
        for _ in 0..<300 { try writer.write(batch(flows)) }
        _ = try writer.retain(policy, at: flows.clock)
        #expect(folder.files.contains("flows.db-reserve"))
        // Nothing may grow any more, neither the file nor its log.
        faulty_disk_set_room(0)
        var givenUp = 0
        for _ in 0..<300 {
            let batch = batch(flows)
            var isStored = false
            for _ in 0..<20 where !isStored {
                do throws(StoreError) {
                    try writer.write(batch)
                    isStored = true
                } catch {
                    #expect(error == .full)
                    // The room that the reserve took.
                    faulty_disk_set_room(writer.reserve.octets)
                    let step = try writer.giveUpOldest()
                    #expect(!folder.files.contains("flows.db-reserve"))
                    givenUp += Int(step.rowsRemoved)
                    faulty_disk_set_room(0)
                    if step.rowsRemoved == 0 { break }
                }
            }
            #expect(isStored)
            if !isStored { break }
        }
        #expect(givenUp > 0)
        #expect(try FlowStore.openForReading(path: folder.file("flows.db")).check() == [])
    }
}
