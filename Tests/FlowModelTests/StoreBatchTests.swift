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

    @Test("a minute is complete when nothing of it was lost, skipped, malformed or refused")
    func isComplete() {
        let minute = ExporterMinute(exporter: "udp://192.0.2.7", observationDomainID: 1, minute: Timestamp(seconds: 60))
        #expect(minute.isComplete)
        let counts: [WritableKeyPath<ExporterMinute, UInt64>] = [\.lost, \.setsWithoutTemplate, \.malformed, \.refused]
        for count in counts {
            var other = minute
            other[keyPath: count] = 1
            #expect(!other.isComplete)
        }
        var busy = minute
        busy.messages = 5
        busy.records = 50
        #expect(busy.isComplete)
    }
}
