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
                "lost", "setsWithoutTemplate", "malformed", "refused", "late", "notSent", "untracked",
            ])
    }
}
