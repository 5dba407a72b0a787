// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@Suite struct StoreBatchTests {
    @Test("a batch is empty until something is in it")
    func isEmpty() {
        #expect(StoreBatch().isEmpty)
        var batch = StoreBatch()
        batch.names = [StoreBatch.NewName(id: NameID(rawValue: 1), text: "a")]
        #expect(!batch.isEmpty)
        batch = StoreBatch()
        let time = Timestamp(seconds: 60)
        batch.statistics = [
            ReceivedStatistics(
                exporter: "udp://192.0.2.7", observationDomainID: 1, exportTime: time, receivedAt: time, record: StatisticsRecord(.port))
        ]
        #expect(!batch.isEmpty)
    }

    @Test("a minute is complete unless one of its losses is not zero", arguments: ExporterMinute.counts.map(\.name))
    func isComplete(name: String) throws {
        let count = try #require(ExporterMinute.counts.first { $0.name == name })
        var minute = ExporterMinute(exporter: "udp://192.0.2.7", observationDomainID: 1, minute: Timestamp(seconds: 60))
        #expect(minute.isComplete)
        minute[keyPath: count.path] = 1
        #expect(minute.isComplete != count.isLoss)
    }

    @Test("losses are what did not arrive, was not read, not kept, not sent or not seen")
    func losses() {
        #expect(
            ExporterMinute.counts.filter(\.isLoss).map(\.name) == [
                "lost", "setsWithoutTemplate", "malformed", "refused", "late", "notSent", "untracked", "datagramsDropped",
                "sessionsRefused", "intervalsLost",
            ])
    }

    @Test("every cause is part of a loss, and has a name of its own", arguments: DropCause.allCases)
    func causes(cause: DropCause) {
        var minute = ExporterMinute.ofAggregator(at: Timestamp(seconds: 119))
        minute.drop(cause, 3)
        minute.drop(cause)
        #expect(minute[keyPath: cause.count] == 4 && minute.drops == [cause: 4] && !minute.isComplete)
        #expect(minute.minute == Timestamp(seconds: 60) && minute.exporter == "aggregator")
        #expect(DropCause.allCases.count { $0.name == cause.name } == 1)
        #expect(cause.name.allSatisfy { $0 == "-" || $0.isLowercase || $0.isNumber })
    }

    @Test("entries of the same minute add up, causes too, and nothing dropped is no cause")
    func addition() {
        var minute = ExporterMinute(exporter: "udp://192.0.2.7", observationDomainID: 1, minute: Timestamp(seconds: 60))
        minute.records = 5
        minute.opened = 2
        minute.merged = 1
        minute.drop(.withoutKey, 2)
        minute.drop(.tooOld, 0)
        #expect(minute.isBalanced && minute.drops == [.withoutKey: 2])
        var other = minute
        other.nodeName = "node1"
        minute += other
        #expect(minute.isBalanced && minute.records == 10 && minute.refused == 4)
        #expect(minute.drops == [.withoutKey: 4] && minute.nodeName == "node1")
        minute.records += 1
        #expect(!minute.isBalanced)
    }
}
