// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import IPFIX
import Testing

@testable import FlowStore

/// Causes, runs of the aggregator and saved templates, in a real store.
@Suite struct LedgerTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }
    private let start: Int64 = 1_700_000_040

    private func rows(_ sql: String) throws -> [[String?]] {
        try FlowStore.openForReading(path: path).queue.read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { String.fromDatabaseValue($0) ?? Int64.fromDatabaseValue($0).map { "\($0)" } }
            }
        }
    }

    private func time(_ second: Int64) -> Timestamp { Timestamp(seconds: start + second) }

    private func minute(_ exporter: String, at second: Int64, _ change: (inout ExporterMinute) -> Void = { _ in }) -> ExporterMinute {
        var minute = ExporterMinute(exporter: exporter, observationDomainID: 1, nodeName: "node-a", minute: time(second))
        change(&minute)
        return minute
    }

    private func write(_ change: (inout StoreBatch) -> Void) throws {
        var batch = StoreBatch()
        change(&batch)
        try FlowStore.openForWriting(path: path).write(batch)
    }

    private func completeness(from: Int64, to: Int64) throws -> Completeness {
        try FlowStore.openForReading(path: path).completeness(in: TimeRange(from: time(from), to: time(to)))
    }

    @Test("what is missing is in the view drops by cause, and adds up to the counts of completeness")
    func drops() throws {
        try write { batch in
            for _ in 0..<2 {
                batch.exporterMinutes.append(
                    minute("udp://192.0.2.7", at: 0) {
                        $0.drop(.malformed(.badSetLength), 2)
                        $0.drop(.malformed(.cutShort))
                        $0.drop(.fromTheFuture, 5)
                    })
            }
        }
        #expect(
            try rows("SELECT minute, exporter, observationDomainID, nodeName, what, cause, dropped FROM drops ORDER BY what, cause") == [
                ["2023-11-14T22:14:00Z", "udp://192.0.2.7", "1", "node-a", "malformed", "bad-set-length", "4"],
                ["2023-11-14T22:14:00Z", "udp://192.0.2.7", "1", "node-a", "malformed", "cut-short", "2"],
                ["2023-11-14T22:14:00Z", "udp://192.0.2.7", "1", "node-a", "refused", "from-the-future", "10"],
            ])
        #expect(try rows("SELECT malformed, refused FROM completeness") == [["6", "10"]])
    }

    @Test("every cause has its count in the view drops", arguments: DropCause.allCases)
    func everyCause(cause: DropCause) throws {
        try write { $0.exporterMinutes = [minute("udp://192.0.2.7", at: 0) { $0.drop(cause, 7) }] }
        let what = try #require(rows("SELECT what FROM drops").first?[0])
        #expect(try rows("SELECT \(what), isComplete FROM completeness") == [["7", "0"]])
    }

    @Test("what the aggregator dropped makes answers incomplete, and it is no exporter")
    func aggregator() throws {
        try write { batch in
            batch.exporterMinutes = [minute("tcp://192.0.2.7", at: 0), minute("tcp://192.0.2.7", at: 60), .ofAggregator(at: time(0))]
            var dropped = ExporterMinute.ofAggregator(at: time(70))
            dropped.drop(.receiveBuffer, 12)
            batch.exporterMinutes.append(dropped)
        }
        let result = try completeness(from: 0, to: 120)
        #expect(result.exporters == 1 && result.state == .incomplete && result.gaps.count == 1)
        let gap = try #require(result.gaps.first)
        #expect(gap.exporter == "aggregator" && gap.from == time(60) && gap.to == time(120))
        guard case .counted(let losses) = gap.cause else {
            Issue.record("\(gap)")
            return
        }
        #expect(losses.datagramsDropped == 12)
        #expect(try rows("SELECT exporter FROM exporters") == [["tcp://192.0.2.7"]])
        // Two minutes without a word of the aggregator's own are no silence of an exporter.
        #expect(try completeness(from: 0, to: 50).state == .complete)
    }

    @Test("an aggregator that was killed leaves a gap up to its successor's start")
    func killed() throws {
        try write {
            $0.exporterMinutes = (0..<5).map { minute("tcp://192.0.2.7", at: $0 * 60) }
            $0.run = AggregatorRun(began: time(0), reached: time(95))
        }
        try write { $0.run = AggregatorRun(began: time(0), reached: time(100)) }
        #expect(try completeness(from: 0, to: 300).state == .complete, "it may run still")
        try write { $0.run = AggregatorRun(began: time(107), reached: time(107)) }
        let result = try completeness(from: 0, to: 300)
        #expect(result.gaps.map(\.cause) == [.away(.broken)])
        #expect(result.gaps.map { [$0.from, $0.to] } == [[time(100), time(107)]])
        // Ranges that it does not touch are complete, those that it touches are not.
        #expect(try completeness(from: 0, to: 100).state == .complete && completeness(from: 120, to: 300).state == .complete)
        #expect(try completeness(from: 103, to: 300).state == .incomplete)
        #expect(
            try rows("SELECT beganAt, reachedAt, endedAt, awaySince FROM runs ORDER BY beganAt") == [
                ["2023-11-14T22:14:00Z", "2023-11-14T22:15:40Z", nil, nil],
                ["2023-11-14T22:15:47Z", "2023-11-14T22:15:47Z", nil, "2023-11-14T22:15:40Z"],
            ])
    }

    @Test(
        "a stop in good order is a gap for those who send datagrams, and for nobody else",
        arguments: [("tcp", false), ("tls", false), ("udp", true), ("dtls", true)])
    func stopped(transport: String, isMissing: Bool) throws {
        try write {
            $0.exporterMinutes = (0..<5).map { minute("\(transport)://192.0.2.7", at: $0 * 60) }
            $0.run = AggregatorRun(began: time(0), reached: time(100), isOver: true)
        }
        try write { $0.run = AggregatorRun(began: time(107), reached: time(107)) }
        #expect(try completeness(from: 0, to: 300).gaps.map(\.cause) == (isMissing ? [.away(.stopped)] : []))
    }

    @Test("saved templates are read again, the latest of each exporter, port and domain; those that are too old are removed")
    func templates() throws {
        func saved(_ port: UInt16, _ domain: UInt32, _ octets: [UInt8], at second: Int64) -> SavedTemplates {
            SavedTemplates(exporter: "udp://192.0.2.7", port: port, observationDomainID: domain, octets: octets, time: time(second))
        }
        try write { $0.savedTemplates = [saved(1, 1, [1, 2], at: 0), saved(2, 1, [3], at: 5), saved(1, 9, [0, 255], at: 7)] }
        try write { $0.savedTemplates = [saved(1, 1, [4, 5, 6], at: 9)] }
        let writer = try FlowStore.openForWriting(path: path)
        #expect(
            try writer.savedTemplates(since: time(0)) == [
                saved(2, 1, [3], at: 5), saved(1, 9, [0, 255], at: 7), saved(1, 1, [4, 5, 6], at: 9),
            ])
        #expect(try writer.savedTemplates(since: time(8)) == [saved(1, 1, [4, 5, 6], at: 9)])
        #expect(try writer.savedTemplates(since: time(0)) == [saved(1, 1, [4, 5, 6], at: 9)])
    }

    @Test("saved templates are bounded: the oldest make room")
    func boundedTemplates() throws {
        let octets = [UInt8](repeating: 7, count: 1 << 20)
        for port in 0..<20 as Range<UInt16> {
            try write {
                $0.savedTemplates = [
                    SavedTemplates(
                        exporter: "udp://192.0.2.7", port: port, observationDomainID: 1, octets: octets, time: time(Int64(port)))
                ]
            }
        }
        let kept = try FlowStore.openForWriting(path: path).savedTemplates(since: time(0))
        #expect(kept.map(\.port) == Array(4..<20))
    }

    @Test("the ledger's causes and the aggregator's runs go with the ledger")
    func retention() throws {
        try write {
            $0.exporterMinutes = [minute("udp://192.0.2.7", at: 0) { $0.drop(.withoutKey) }]
            $0.run = AggregatorRun(began: time(0), reached: time(1))
        }
        let writer = try FlowStore.openForWriting(path: path)
        var policy = RetentionPolicy()
        policy.ledgerAge = .seconds(3600)
        while try writer.retain(policy, at: time(4000)).hasMore {}
        #expect(try rows("SELECT (SELECT count(*) FROM drops) + (SELECT count(*) FROM runs)") == [["0"]])
    }
}
