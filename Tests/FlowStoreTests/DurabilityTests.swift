// SPDX-License-Identifier: Apache-2.0

import CFaultyDisk
import FlowModel
import FlowTesting
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

    /// What the store of a moment answers: of the whole time by day, and of what is still kept as intervals.
    private struct Answers: Equatable {
        let octetsByDay: UInt64?
        let rows: [Int64]

        init(_ reader: FlowReader) throws {
            let always = TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: 1 << 40))
            octetsByDay = try reader.top(TopQuery(fields: [], range: always)).totals.octets
            rows = try reader.queue.read { database in
                try ["interval", "connection", "interval_side"].map { try Int64.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? 0 }
            }
        }
    }

    @Test(
        "a power cut while sums are written and old flows are removed leaves a store as it was after one of the steps",
        arguments: [5, 6] as [UInt64])
    func powerCutInRetention(seed: UInt64) throws {
        #expect(faulty_disk_install() == 0)
        unsafe faulty_disk_watch(folder.path)
        defer { faulty_disk_stop() }
        let policy = RetentionPolicy(
            ages: [.flows: .seconds(3600), .minute: .seconds(7200)], sizes: [.hour: 30_000], ledgerAge: .seconds(7200))
        var writer: FlowWriter? = try FlowStore.openForWriting(path: folder.file("flows.db"))
        let reader = try FlowStore.openForReading(path: folder.file("flows.db"))
        // Hours pass between two batches, so that each ends minutes and hours, and each step has something to remove.
        let flows = LivingFlows(seed: seed, at: start, quiet: 2)
        var committed = [(operations: faulty_disk_operations(), answers: try Answers(reader))]
        var removed: Int64 = 0
        for index in 0..<24 {
            if index % 9 == 8 { try writer?.queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)") } }
            try writer?.write(batch(flows))
            committed.append((faulty_disk_operations(), try Answers(reader)))
            while let step = try writer?.retain(policy, at: flows.clock) {
                committed.append((faulty_disk_operations(), try Answers(reader)))
                removed += step.rowsRemoved
                if !step.hasMore { break }
            }
        }
        #expect(removed > 100)
        writer = nil
        let first = committed[0].operations
        var random = RandomFlows(seed: seed)
        for round in 0..<12 as Range<UInt64> {
            let operations = first + Int64(random.next(below: UInt64(committed[committed.count - 1].operations - first)))
            let copy = TemporaryFolder()
            try #require(unsafe faulty_disk_cut_power(operations, seed &* 1000 &+ round, copy.path) == 0)
            let last = committed.lastIndex { $0.operations <= operations } ?? 0
            let recovered = try FlowStore.openForWriting(path: copy.file("flows.db"))
            let found = try FlowStore.openForReading(path: copy.file("flows.db"))
            let allowed = committed[last...min(last + 1, committed.count - 1)].map(\.answers)
            #expect(allowed.contains(try Answers(found)), "seed \(seed), operations \(operations), round \(round)")
            #expect(try found.check() == [], "seed \(seed), operations \(operations)")
            // It goes on from there.
            while try recovered.retain(policy, at: flows.clock + .seconds(86_400)).hasMore {}
            #expect(try found.check() == [], "seed \(seed), operations \(operations)")
        }
    }

    @Test(
        "a power cut while a store of an earlier release is brought up to date leaves it as it was, or done",
        arguments: [7, 8] as [UInt64])
    func powerCutInMigration(seed: UInt64) throws {
        let text = String(decoding: try Fixture.octets("stores/v3.sql"), as: UTF8.self)
        #expect(faulty_disk_install() == 0)
        unsafe faulty_disk_watch(folder.path)
        defer { faulty_disk_stop() }
        let path = folder.file("flows.db")
        try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: text) }
        let first = faulty_disk_operations()
        _ = try FlowStore.openForWriting(path: path)
        let whole = try Content(FlowStore.openForReading(path: path))
        #expect(whole.intervals > 20)
        let last = faulty_disk_operations()
        var random = RandomFlows(seed: seed)
        var old = 0
        for round in 0..<12 as Range<UInt64> {
            let operations = first + Int64(random.next(below: UInt64(last - first + 1)))
            let copy = TemporaryFolder()
            try #require(unsafe faulty_disk_cut_power(operations, seed &* 1000 &+ round, copy.path) == 0)
            if (try? FlowStore.openForReading(path: copy.file("flows.db"))) == nil { old += 1 }
            _ = try FlowStore.openForWriting(path: copy.file("flows.db"))
            let found = try FlowStore.openForReading(path: copy.file("flows.db"))
            #expect(try Content(found) == whole, "seed \(seed), operations \(operations), round \(round)")
            #expect(try found.check() == [], "seed \(seed), operations \(operations)")
        }
        #expect(old > 0)
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
