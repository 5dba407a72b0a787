// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@testable import IPFIXTransport

struct ExportingProcessTests {
    let queue = ExportQueue()
    let clock = TestClock()
    let quick = ExportConfiguration(shortestReconnect: .milliseconds(5), longestReconnect: .milliseconds(20))

    private func exporter(to endpoint: Endpoint, configuration: ExportConfiguration? = nil) -> ExportingProcess {
        ExportingProcess(
            to: endpoint, security: TestCertificates.exporter, observationDomainID: 77, templateMessages: [templateSet], queue: queue,
            clock: { [clock] in clock.now },
            configuration: configuration ?? quick, logger: silent)
    }

    @Test("a session begins with the templates, and sequence numbers count the data records before", arguments: Transport.allCases)
    func headers(transport: Transport) throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [Endpoint(transport, host: "127.0.0.1", port: 0)])
        try collector.start()
        defer { collector.stop() }
        let exporter = exporter(to: collector.boundEndpoints[0])
        queue.append(exported(1, records: 3))
        queue.append(exported(2, records: .max))
        queue.append(exported(3, records: 5))
        exporter.start()
        let summary = exporter.stop(drainingWithin: .seconds(30))
        #expect(recorder.wait { $0.messages.count == 4 })
        #expect(recorder.messages.map(sets) == [templateSet, dataSet(1), dataSet(2), dataSet(3)])
        let headers = try recorder.messages.map(header)
        #expect(headers.map(\.sequenceNumber) == [0, 0, 3, 2])
        #expect(headers.allSatisfy { $0.observationDomainID == 77 && $0.exportTime == 1_800_000_000 })
        #expect(summary.messagesLeft == 0)
        #expect(summary.statistics.messages == 3)
        #expect(summary.statistics.octets == UInt64(recorder.messages.reduce(0) { $0 + $1.count }))
        #expect(summary.statistics.connections == 1)
    }

    @Test("after the collector was restarted the queue is sent in a new session, with nothing lost")
    func reconnects() throws {
        let first = BatchRecorder()
        let before = first.collector()
        try before.start()
        let endpoint = before.boundEndpoints[0]
        let exporter = exporter(to: endpoint)
        exporter.start()
        for value in 0..<5 { queue.append(exported(UInt32(value))) }
        #expect(first.wait { $0.messages.count == 6 })
        before.stop()
        for value in 5..<300 { queue.append(exported(UInt32(value))) }

        let second = BatchRecorder()
        let after = second.collector(on: [endpoint])
        try after.start()
        defer { after.stop() }
        #expect(second.wait { $0.messages.count == 296 })
        #expect(second.messages.map(sets) == [templateSet] + (5..<300).map { dataSet(UInt32($0)) })
        #expect(try second.messages.map(header).map(\.sequenceNumber) == [0] + (0..<295).map { UInt32($0) })
        let summary = exporter.stop(drainingWithin: .seconds(30))
        #expect(summary.statistics.reconnects == 1)
        #expect(summary.statistics.sendErrors >= 1)
        #expect(summary.statistics.droppedMessages == 0)
    }

    @Test("stopping sends all that waits", arguments: Transport.allCases)
    func drains(transport: Transport) throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [Endpoint(transport, host: "localhost", port: 0)])
        try collector.start()
        defer { collector.stop() }
        let exporter = exporter(to: collector.boundEndpoints[0])
        exporter.start()
        for value in 0..<1000 { queue.append(exported(UInt32(value))) }
        let summary = exporter.stop(drainingWithin: .seconds(30))
        #expect(summary.messagesLeft == 0)
        #expect(!queue.append(exported(0)))
        #expect(recorder.wait { $0.messages.count == 1001 })
    }

    @Test("without a collector stopping gives up after the limit and tells what is left")
    func givesUp() throws {
        let gone = BatchRecorder().collector()
        try gone.start()
        let endpoint = gone.boundEndpoints[0]
        gone.stop()
        let exporter = exporter(to: endpoint)
        exporter.start()
        for value in 0..<3 { queue.append(exported(UInt32(value), records: 2)) }
        let summary = exporter.stop(drainingWithin: .milliseconds(50))
        #expect(summary.messagesLeft == 3)
        #expect(summary.recordsLeft == 6)
        #expect(summary.statistics.messages == 0)
        #expect(exporter.stop(drainingWithin: .seconds(30)).messagesLeft == 3)
    }

    @Test("a collector that takes nothing is given up, and what it has not taken is not lost")
    func writeTimeout() throws {
        let recorder = BatchRecorder(holding: true)
        let collector = recorder.collector()
        try collector.start()
        defer { collector.stop() }
        // One session only, because each would fill buffers of its own.
        let configuration = ExportConfiguration(
            writeTimeout: .milliseconds(100), shortestReconnect: .seconds(600), longestReconnect: .seconds(600))
        let large = ExportQueue(messages: 8000, octets: .max)
        let exporter = ExportingProcess(
            to: collector.boundEndpoints[0], observationDomainID: 77, templateMessages: [templateSet], queue: large,
            clock: { [clock] in clock.now }, configuration: configuration, logger: silent)
        let zeros = ExportedMessage(sets: [UInt8](repeating: 0, count: 60_000), recordCount: 1)
        for _ in 0..<8000 { large.append(zeros) }
        exporter.start()
        let summary = exporter.stop(drainingWithin: .seconds(2))
        recorder.release()
        #expect(summary.statistics.sendErrors == 1)
        #expect(summary.messagesLeft > 0)
        #expect(summary.statistics.messages + summary.messagesLeft == 8000)
    }

    @Test("over UDP the templates are repeated after the interval, before the next message")
    func refreshesTemplates() throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [anyDatagramPort])
        try collector.start()
        defer { collector.stop() }
        let exporter = exporter(to: collector.boundEndpoints[0])
        exporter.start()
        for (value, pause) in [(UInt32(1), 59), (2, 1), (3, 60), (4, 0)] {
            queue.append(exported(value))
            #expect(recorder.wait { $0.messages.last.map(sets) == dataSet(value) })
            clock.advance(by: .seconds(pause))
        }
        #expect(
            recorder.messages.map(sets) == [templateSet, dataSet(1), dataSet(2), templateSet, dataSet(3), templateSet, dataSet(4)])
        #expect(try recorder.messages.map(header).map(\.sequenceNumber) == [0, 0, 1, 2, 2, 3, 3])
        #expect(exporter.stop(drainingWithin: .seconds(30)).statistics.templateMessages == 3)
    }

    @Test("over UDP a collector that is not there is counted and not the end")
    func refused() throws {
        let gone = BatchRecorder().collector(on: [anyDatagramPort])
        try gone.start()
        let endpoint = gone.boundEndpoints[0]
        gone.stop()
        let exporter = exporter(to: endpoint)
        for value in 0..<10 { queue.append(exported(UInt32(value))) }
        exporter.start()
        let summary = exporter.stop(drainingWithin: .seconds(30))
        #expect(summary.messagesLeft == 0)
        #expect(summary.statistics.messages == 10)
        #expect(summary.statistics.sendErrors > 0)
        #expect(summary.statistics.connections == 1)
    }

    @Test("a message that does not fit is dropped and counted, and the next one is sent", arguments: Transport.allCases)
    func oversized(transport: Transport) throws {
        let recorder = BatchRecorder()
        let collector = recorder.collector(on: [Endpoint(transport, host: "127.0.0.1", port: 0)])
        try collector.start()
        defer { collector.stop() }
        let exporter = exporter(to: collector.boundEndpoints[0])
        queue.append(ExportedMessage(sets: [UInt8](repeating: 0, count: 65_520), recordCount: 9))
        queue.append(exported(1))
        exporter.start()
        let summary = exporter.stop(drainingWithin: .seconds(30))
        #expect(recorder.wait { $0.messages.map(sets) == [templateSet, dataSet(1)] })
        #expect(try header(recorder.messages[1]).sequenceNumber == 0)
        #expect(summary.statistics.droppedMessages == 1)
        #expect(summary.statistics.droppedRecords == 9)
    }

    @Test("a name that does not exist is a failed attempt with the resolver's words")
    func unknownName() throws {
        let endpoint = Endpoint(.tcp, host: "collector.invalid")
        let failure = try #require(throws: ConnectionFailure.self) { try connect(to: endpoint) }
        guard case .lost(let reason) = failure else { return #expect(Bool(false), "\(failure)") }
        #expect(reason.hasPrefix("collector.invalid: "))
    }

    @Test("stopping before starting tells what was never sent")
    func neverStarted() {
        queue.append(exported(1))
        #expect(exporter(to: anyPort).stop(drainingWithin: .seconds(30)).messagesLeft == 1)
    }
}
