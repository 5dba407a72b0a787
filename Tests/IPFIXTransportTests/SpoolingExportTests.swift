// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@testable import IPFIXTransport

/// An Exporting Process whose collector goes, over real sockets and with a real spool.
struct SpoolingExportTests {
    let folder = TemporaryDirectory()
    let clock = TestClock()
    let quick = ExportConfiguration(shortestReconnect: .milliseconds(5), longestReconnect: .milliseconds(20))

    private func spool(templates: [[UInt8]] = [templateSet]) throws -> Spool {
        try Spool(directory: folder.path, limit: 1 << 20, templates: templates, observationDomainID: 77, clock: { [clock] in clock.now })
    }

    private func exporter(to endpoint: Endpoint, _ queue: ExportQueue) -> ExportingProcess {
        ExportingProcess(
            to: endpoint, observationDomainID: 77, templateMessages: [templateSet], queue: queue, clock: { [clock] in clock.now },
            configuration: quick, logger: silent)
    }

    private func endpointOfNobody() throws -> Endpoint {
        let gone = BatchRecorder().collector()
        try gone.start()
        defer { gone.stop() }
        return gone.boundEndpoints[0]
    }

    @Test("after a lost session what was sent lately is sent again before all else, numbered from zero")
    func resends() throws {
        let first = BatchRecorder()
        let before = first.collector()
        try before.start()
        let endpoint = before.boundEndpoints[0]
        let queue = ExportQueue(resendWindow: .seconds(30))
        let exporter = exporter(to: endpoint, queue)
        exporter.start()
        for value in 0..<5 { queue.append(exported(UInt32(value))) }
        #expect(first.wait { $0.messages.count == 6 })
        before.stop()
        for value in 5..<20 { queue.append(exported(UInt32(value))) }

        let second = BatchRecorder()
        let after = second.collector(on: [endpoint])
        try after.start()
        defer { after.stop() }
        #expect(second.wait { $0.messages.last.map(sets) == dataSet(19) })
        #expect(second.messages.map(sets) == [templateSet] + (0..<20).map { dataSet(UInt32($0)) })
        #expect(try second.messages.map(header).map(\.sequenceNumber) == [0] + (0..<20).map { UInt32($0) })
        let summary = exporter.stop(drainingWithin: .seconds(30))
        #expect(summary.statistics.queue.repeated.messages >= 5 && summary.statistics.queue.confirmed.messages == 20)
        #expect(summary.messagesLeft == 0)
    }

    @Test("what could not be sent before the end is sent by the next program, in order")
    func keeps() throws {
        let endpoint = try endpointOfNobody()
        let queue = ExportQueue(messages: 10, resendWindow: .seconds(30), spool: try spool())
        let away = exporter(to: endpoint, queue)
        away.start()
        for value in 0..<50 { queue.append(exported(UInt32(value), records: 2)) }
        #expect(!queue.isHalfFull)
        let summary = away.stop(drainingWithin: .milliseconds(50))
        #expect(summary.recordsLeft == 0 && summary.recordsKept == 100 && summary.statistics.droppedRecords == 0)

        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [endpoint])
        try collector.start()
        defer { collector.stop() }
        let next = ExportQueue(spool: try spool())
        next.append(exported(50))
        let exporter = exporter(to: endpoint, next)
        exporter.start()
        #expect(recorder.wait { $0.messages.last.map(sets) == dataSet(50) })
        #expect(recorder.messages.map(sets) == [templateSet] + (0...50).map { dataSet(UInt32($0)) })
        #expect(exporter.stop(drainingWithin: .seconds(30)).recordsKept == 0)
    }

    @Test("messages of an earlier version are sent in a session of their own, with their templates")
    func versions() throws {
        var old = templateSet
        old[7] = 2
        do {
            var earlier = try spool(templates: [old])
            try earlier.append(exported(1))
            try earlier.append(exported(2))
        }
        let recorder = BatchRecorder()
        let collector = recorder.collector()
        try collector.start()
        defer { collector.stop() }
        let queue = ExportQueue(resendWindow: .seconds(30), spool: try spool())
        queue.append(exported(3))
        let exporter = exporter(to: collector.boundEndpoints[0], queue)
        exporter.start()
        #expect(recorder.wait { $0.messages.count == 5 })
        #expect(recorder.messages.map(sets) == [old, dataSet(1), dataSet(2), templateSet, dataSet(3)])
        #expect(try recorder.messages.map(header).map(\.sequenceNumber) == [0, 0, 1, 0, 0])
        #expect(exporter.stop(drainingWithin: .seconds(30)).messagesLeft == 0)
    }
}
