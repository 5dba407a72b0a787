// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@testable import FlowStore

/// What exporters tell of themselves, in a real store.
@Suite struct StatisticsCounterTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }

    private func rows(_ sql: String) throws -> [[String?]] { try storedRows(sql, of: path) }

    private func growth(of name: String) throws -> [[String?]] {
        try rows("SELECT minute, value, growth FROM statistics WHERE name = '\(name)' ORDER BY minute")
    }

    /// `StatisticsRecords.start` is 22:14 UTC.
    private func minute(_ number: Int) -> String { "2023-11-14T22:\(14 + number):00Z" }

    @Test("the last value of a minute stands, with the minute's growth")
    func minutes() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.notSent(5, at: 10)], at: 10))
        try writer.write(records.batch([records.notSent(8, at: 30)], at: 30))
        try writer.write(records.batch([records.notSent(20, at: 70)], at: 70))
        #expect(try growth(of: "notSentFlowTotalCount") == [[minute(0), "8", "8"], [minute(1), "20", "12"]])
        #expect(try growth(of: "notSentOctetTotalCount") == [[minute(0), "800", "800"], [minute(1), "2000", "1200"]])
        #expect(
            try rows("SELECT DISTINCT exporter, observationDomainID, nodeName, process FROM statistics") == [
                ["tcp://192.0.2.1", "9", "node-a", "1"]
            ])
    }

    @Test("a process that began anew counts from zero, also when it has passed its last value")
    func restart() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.notSent(5, at: 10)], at: 10))
        try writer.write(records.batch([records.notSent(9, at: 70, since: 60)], at: 70))
        try writer.write(records.batch([records.notSent(2, at: 130, since: 120)], at: 130))
        #expect(try growth(of: "notSentFlowTotalCount").map { $0[2] } == ["5", "9", "2"])
    }

    @Test("a record that comes again or late is no restart and changes nothing, in whichever minute it comes")
    func repeatedAndLate() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let old = records.notSent(5, at: 10)
        try writer.write(records.batch([old], at: 10))
        try writer.write(records.batch([records.notSent(20, at: 70)], at: 70))
        let result = try writer.write(records.batch([old, old], at: 130))
        #expect(result.repeatedStatistics == 2)
        try writer.write(records.batch([records.notSent(21, at: 190)], at: 190))
        #expect(try growth(of: "notSentFlowTotalCount").map { $0[2] } == ["5", "15", "1"])
    }

    @Test("an exporter that does not tell since when it counts is believed from the second record on")
    func foreignExporter() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        for (second, total) in [(10, 500), (70, 510), (130, 3)] as [(Int64, UInt64)] {
            var record = records.notSent(total, at: second, since: nil)
            // Nor when: the Message's export time stands for it.
            record[time: .monitoringIntervalEndMilliSeconds] = nil
            try writer.write(records.batch([record], at: second))
        }
        #expect(try growth(of: "notSentFlowTotalCount").map { $0[2] } == [nil, "10", "3"])
    }

    @Test("processes of one exporter are counted apart and shown together")
    func processes() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.notSent(5, at: 10, process: 1), records.notSent(7, at: 10, process: 2)], at: 10))
        #expect(
            try rows("SELECT notSentFlowTotalCount, notSent, exportedMessageTotalCount, nodeName FROM exporters") == [
                ["12", "12", nil, nil]
            ])
    }

    @Test("a counter with a name of its own is kept under it, and one that rises and falls has no growth")
    func namedCounters() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        for (second, value) in [(10, 900), (70, 400)] as [(Int64, UInt64)] {
            let counters = [
                records.counter(NodeCounter.conntrackEntries.rawValue, value, at: second),
                records.counter("some'thing new", value, at: second),
            ]
            try writer.write(records.batch(counters, at: second))
        }
        #expect(try growth(of: "conntrackEntries") == [[minute(0), "900", nil], [minute(1), "400", nil]])
        #expect(try growth(of: "some''thing new") == [[minute(0), "900", "900"], [minute(1), "400", "400"]])
    }

    @Test("what an exporter gave up, and what its kernel could not track, makes the minute and the answer incomplete")
    func incomplete() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let start = Timestamp(seconds: StatisticsRecords.start)
        for minute in 0..<3 as Range<Int64> {
            let time = minute * 60 + 10
            let told = [
                records.notSent(minute == 0 ? 0 : 4, at: time),
                records.counter(NodeCounter.conntrackDropped.rawValue, minute < 2 ? 0 : 3, at: time),
            ]
            var batch = records.batch(told, at: time)
            batch.exporterMinutes = [
                ExporterMinute(
                    exporter: "tcp://192.0.2.1", observationDomainID: 9, nodeName: "node-a", minute: start + .seconds(minute * 60))
            ]
            try writer.write(batch)
        }
        #expect(
            try rows("SELECT notSent, untracked, isComplete FROM completeness ORDER BY minute") == [
                ["0", "0", "1"], ["4", "0", "0"], ["0", "3", "0"],
            ])
        let reader = try FlowStore.openForReading(path: path)
        let result = try reader.completeness(in: TimeRange(from: start, to: start + .seconds(180)))
        var losses = Completeness.Losses()
        losses.notSent = 4
        losses.untracked = 3
        #expect(result.gaps.map(\.cause) == [.counted(losses)])
        #expect(try reader.completeness(in: TimeRange(from: start, to: start + .seconds(60))).state == .complete)
    }

    @Test("a value of a time to come is refused, so that what follows is not late")
    func future() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let result = try writer.write(records.batch([records.notSent(5, at: 10_000)], at: 10))
        #expect(result.refusedStatistics == 1)
        try writer.write(records.batch([records.notSent(6, at: 20)], at: 20))
        #expect(try growth(of: "notSentFlowTotalCount").map { $0[1] } == ["6"])
    }

    @Test("values that do not fit leave the views readable")
    func saturation() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        for process in 1...3 as ClosedRange<UInt64> {
            try writer.write(records.batch([records.notSent(.max / 200, at: 10, process: process)], at: 10))
            try writer.write(records.batch([records.notSent(1, at: 20, since: 15, process: process)], at: 20))
            var record = records.notSent(1, at: 30, since: 15, process: process)
            record[unsigned: .notSentFlowTotalCount] = .max
            try writer.write(records.batch([record], at: 30))
        }
        #expect(try rows("SELECT notSentFlowTotalCount, notSent FROM exporters") == [["\(Int64.max)", "\(Int64.max)"]])
    }
}
