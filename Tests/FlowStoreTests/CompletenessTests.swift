// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@testable import FlowStore

@Suite struct CompletenessTests {
    private let hour: Int64 = 1_699_999_200_000

    private func time(_ minute: Int64) -> Timestamp { Timestamp(milliseconds: hour + minute * 60_000) }

    private func entry(_ exporter: String, _ minute: Int64, _ change: (inout Completeness.Losses) -> Void = { _ in })
        -> CompletenessScan.Row
    {
        var losses = Completeness.Losses()
        change(&losses)
        return CompletenessScan.Row(
            minute: time(minute).milliseconds, exporter: exporter, observationDomainID: 1, nodeName: "node-" + exporter, losses: losses)
    }

    private func completeness(from: Int64, to: Int64, _ rows: [CompletenessScan.Row]) -> Completeness {
        var scan = CompletenessScan(TimeRange(from: time(from), to: time(to)))
        for row in rows.sorted(by: { $0.minute < $1.minute }) { scan.add(row) }
        return scan.end()
    }

    @Test("a range in which every exporter reported every minute is complete")
    func complete() {
        let result = completeness(from: 0, to: 5, (0..<5).flatMap { [entry("a", $0), entry("b", $0)] })
        #expect(result.state == .complete && result.exporters == 2)
    }

    @Test("a range of which the ledger says nothing is unknown, also when somebody reported before")
    func unknown() {
        #expect(completeness(from: 0, to: 5, []).state == .unknown)
        #expect(completeness(from: 0, to: 5, [entry("a", -3)]).state == .unknown)
    }

    @Test("minutes with losses in a row are one gap with their sum; a good minute ends it")
    func losses() {
        let result = completeness(
            from: 0, to: 5,
            [entry("a", 0) { $0.lost = 2 }, entry("a", 1) { $0.lost = 3 }, entry("a", 2), entry("a", 3) { $0.refused = 1 }, entry("a", 4)])
        #expect(result.state == .incomplete)
        #expect(result.gaps.map { [$0.from, $0.to] } == [[time(0), time(2)], [time(3), time(4)]])
        var sum = Completeness.Losses()
        sum.lost = 5
        #expect(result.gaps.first?.cause == .counted(sum))
    }

    @Test("minutes of an exporter without an entry are silence, in the middle and at the end")
    func silence() {
        let others = (0..<10).map { entry("a", $0) }
        let middle = completeness(from: 0, to: 10, others + [0, 1, 4, 5, 6, 7, 8, 9].map { entry("b", $0) })
        #expect(middle.gaps.map { [$0.from, $0.to] } == [[time(2), time(4)]])
        #expect(middle.gaps.first?.cause == .silent && middle.gaps.first?.nodeName == "node-b")
        let end = completeness(from: 0, to: 10, others + (0..<6).map { entry("b", $0) })
        #expect(end.gaps.map { [$0.from, $0.to] } == [[time(6), time(10)]])
    }

    @Test("an exporter that went silent before the range is missed in it")
    func silentBefore() {
        let result = completeness(from: 0, to: 5, (-10..<5).map { entry("a", $0) } + [entry("b", -4)])
        #expect(result.exporters == 1)
        #expect(result.gaps.map { [$0.from, $0.to] } == [[time(0), time(5)]])
    }

    @Test("an exporter that came later is not missed before")
    func lateExporter() {
        #expect(completeness(from: 0, to: 5, (0..<5).map { entry("a", $0) } + [entry("b", 3), entry("b", 4)]).state == .complete)
    }

    @Test("a range that begins before the first report or ends after the last says so")
    func bounds() {
        let result = completeness(from: 0, to: 10, [entry("a", 3), entry("a", 4)])
        #expect(result.nothingBefore == time(3) && result.nothingAfter == time(5) && result.state == .incomplete)
    }

    @Test("the minutes in progress are not missed yet")
    func grace() {
        #expect(completeness(from: 0, to: 7, (0..<5).map { entry("a", $0) }).state == .complete)
    }

    @Test("the ledger in the file is read, with the hour before the range")
    func fromFile() throws {
        let folder = TemporaryFolder()
        let writer = try FlowStore.openForWriting(path: folder.file("flows.db"))
        var batch = StoreBatch()
        for minute in -70..<5 as Range<Int64> {
            batch.exporterMinutes.append(
                ExporterMinute(exporter: "tcp://192.0.2.1", observationDomainID: 1, nodeName: "node-a", minute: time(minute)))
        }
        batch.exporterMinutes.append(
            ExporterMinute(exporter: "tcp://192.0.2.2", observationDomainID: 1, nodeName: "node-b", minute: time(-30)))
        batch.exporterMinutes.append(
            ExporterMinute(exporter: "tcp://192.0.2.3", observationDomainID: 1, nodeName: "node-c", minute: time(-61)))
        try writer.write(batch)
        let result = try FlowStore.openForReading(path: folder.file("flows.db")).completeness(in: TimeRange(from: time(0), to: time(5)))
        #expect(result.exporters == 1)
        #expect(result.gaps.map(\.nodeName) == ["node-b"])
    }
}
