// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import IPFIX
import Testing

@testable import FlowStore

@Suite struct RetentionTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }
    private let start = Timestamp(seconds: 1_699_999_200)
    private let day = Duration.seconds(86_400)

    private func count(_ writer: FlowWriter, _ sql: String) throws -> Int64 {
        try writer.queue.read { try Int64.fetchOne($0, sql: sql) ?? 0 }
    }

    /// Steps until nothing is left to remove.
    private func retain(_ writer: FlowWriter, _ policy: RetentionPolicy, at now: Timestamp) throws -> Int64 {
        var removed: Int64 = 0
        for _ in 0..<10_000 {
            let step = try writer.retain(policy, at: now)
            removed += step.rowsRemoved
            if !step.hasMore, step.rowsRemoved == 0 { return removed }
        }
        Issue.record("retention does not end")
        return removed
    }

    @Test("a simulated month: each resolution keeps its days, all that belongs together goes together, and sums stay right")
    func month() throws {
        let policy = RetentionPolicy(
            ages: [.flows: day * 2, .minute: day * 5, .tenMinutes: day * 10, .hour: day * 20], ledgerAge: day * 3, maximumOctets: nil)
        let flows = LivingFlows(seed: 11, at: start, quiet: 3)
        let writer = try FlowStore.openForWriting(path: path)
        var octets: Int64 = 0
        while flows.clock - start < day * 30 {
            var batch = flows.batch()
            for interval in batch.intervals {
                octets += Int64(interval.record[unsigned: .octetDeltaCount] ?? 0) * (interval.hasInterval ? 1 : 0)
            }
            batch.exporterMinutes = [
                ExporterMinute(
                    exporter: "tcp://192.0.2.1", observationDomainID: 1, minute: Timestamp(seconds: flows.clock.seconds / 60 * 60))
            ]
            try writer.write(batch)
            if flows.choice(4) == 0 { _ = try writer.retain(policy, at: flows.clock) }
        }
        _ = try retain(writer, policy, at: flows.clock)
        let now = flows.clock.seconds
        for (sql, oldest, tolerance) in [
            ("SELECT min(id) >> 22 FROM interval", now - 2 * 86_400, 86_400),
            ("SELECT (min(id) >> 34) * 60 FROM rollup_1m", now - 5 * 86_400, 86_400),
            ("SELECT (min(id) >> 34) * 600 FROM rollup_10m", now - 10 * 86_400 - 600, 86_400),
            ("SELECT (min(id) >> 34) * 3600 FROM rollup_1h", now - 20 * 86_400 - 3600, 86_400),
            ("SELECT min(minute) / 1000 FROM exporter_minute", now - 3 * 86_400 - 60, 86_400),
        ] as [(String, Int64, Int64)] {
            let first = try count(writer, sql)
            #expect(first >= oldest && first < oldest + tolerance, "\(sql): \(first) is not from \(oldest) on")
        }
        #expect(try count(writer, "SELECT sum(octetDeltaCount) FROM flows_1d") == octets)
        #expect(try FlowStore.openForReading(path: path).check() == [])
        // Every connection that is left has an interval, or may still get one.
        #expect(try count(writer, "SELECT count(*) FROM connection WHERE id NOT IN (SELECT connection FROM interval)") <= 20)
    }

    @Test("a connection that lasts keeps its row while its first intervals go")
    func lastingConnection() throws {
        let writer = try FlowStore.openForWriting(path: path)
        var names = NameTable(seed: 1)
        let pod = names.id(of: "web")
        for hour in 0..<72 as Range<Int64> {
            var record = FlowRecord()
            record[time: .flowStartMilliseconds] = start
            record[time: .flowEndMilliseconds] = start + .seconds(hour * 3600)
            record[name: .sourcePodName] = pod
            record[unsigned: .octetDeltaCount] = 1
            var batch = StoreBatch()
            batch.names = hour == 0 ? [StoreBatch.NewName(id: pod, text: "web")] : []
            batch.intervals = [
                FlowInterval(
                    connection: 1, record: record, isConnectionChanged: hour == 0,
                    previousEnd: hour == 0 ? nil : start + .seconds((hour - 1) * 3600))
            ]
            try writer.write(batch)
        }
        let now = start + .seconds(72 * 3600)
        #expect(
            try retain(writer, RetentionPolicy(ages: [.flows: day, .minute: day, .tenMinutes: day, .hour: day, .day: day]), at: now) > 0)
        #expect(try count(writer, "SELECT count(*) FROM flows WHERE sourcePodName = 'web'") == 24)
        #expect(try FlowStore.openForReading(path: path).check() == [])
    }

    @Test("names, addresses and conversations that nothing refers to go; what comes again is made again")
    func unusedNames() throws {
        let writer = try FlowStore.openForWriting(path: path)
        let policy = RetentionPolicy(ages: Dictionary(uniqueKeysWithValues: Resolution.allCases.map { ($0, day) }))
        for round in 0..<40 as Range<Int64> {
            var record = FlowRecord()
            record[time: .flowEndMilliseconds] = start + day * Int(round)
            record[name: .sourcePodName] = NameID(rawValue: UInt32(round % 20) + 1)
            record[address: .sourceIPAddress] = IPAddress(v4: UInt32(round % 20))
            var batch = StoreBatch()
            batch.names = (0..<20).map { StoreBatch.NewName(id: NameID(rawValue: $0 + 1), text: "pod-\($0)") }
            batch.intervals = [FlowInterval(connection: round + 1, record: record, isConnectionChanged: true)]
            #expect(try writer.write(batch).unknownNames == 0)
            _ = try retain(writer, policy, at: start + day * Int(round))
        }
        #expect(try count(writer, "SELECT count(*) FROM address") <= 4)
        #expect(try count(writer, "SELECT count(*) FROM conversation") <= 4)
        #expect(try count(writer, "SELECT count(*) FROM connection") <= 3)
        #expect(try count(writer, "SELECT count(*) FROM flows WHERE sourcePodName IS NULL OR sourceIPAddress IS NULL") == 0)
    }

    @Test("a store that is too large gives up its oldest intervals, and pages are used again")
    func size() throws {
        let writer = try FlowStore.openForWriting(path: path)
        var random = RandomFlows(seed: 12)
        let maximum: Int64 = 2_000_000
        let policy = RetentionPolicy(maximumOctets: maximum)
        for round in 0..<40 as Range<Int64> {
            var batch = StoreBatch()
            for index in 0..<200 as Range<Int64> {
                let (record, _) = random.record(end: start + .seconds(round * 1800))
                batch.intervals.append(FlowInterval(connection: round * 200 + index + 1, record: record, isConnectionChanged: true))
            }
            batch.names = random.newNames()
            try writer.write(batch)
            _ = try retain(writer, policy, at: start + .seconds(round * 1800))
        }
        let used = try count(
            writer, "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size")
        #expect(used < maximum * 2)
        let first = try count(writer, "SELECT min(id) >> 22 FROM interval")
        #expect(first > start.seconds)
        #expect(try FlowStore.openForReading(path: path).check() == [])
    }

    @Test("without ages and size nothing is removed")
    func nothing() throws {
        let flows = LivingFlows(seed: 13, at: start)
        let writer = try FlowStore.openForWriting(path: path)
        for _ in 0..<50 { try writer.write(flows.batch()) }
        #expect(try retain(writer, RetentionPolicy(), at: start + day * 10_000) == 0)
    }
}
