// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import Logging
import Metering
import Testing

@testable import weir_exporter

/// Sources on threads of their own, and what of them arrives.
@Suite struct SourceThreadsTests {
    private struct Away: Error {}

    /// Says what it was told to, poll by poll; then closes `stopping`.
    private final class Script: ConnectionSource {
        let name = "script"
        private var polls: [[Connection]?]
        private let end: () -> Void
        private(set) var isStopped = false

        init(_ polls: [[Connection]?], end: @escaping () -> Void) {
            self.polls = polls
            self.end = end
        }

        func poll(_ take: (Connection) -> Void) throws -> SourceReading {
            guard !polls.isEmpty else {
                end()
                throw Away()
            }
            guard let connections = polls.removeFirst() else { throw Away() }
            connections.forEach(take)
            return SourceReading(isWhole: true, duration: .zero)
        }

        func stop() { isStopped = true }
    }

    private final class Events: ConnectionWatcher {
        let name = "script"
        private let batches: [WatchedEvents]

        init(_ batches: [WatchedEvents]) { self.batches = batches }

        func watch(stop: () -> Bool, deliver: (WatchedEvents) -> Void) { batches.forEach(deliver) }
    }

    private let counters = NodeCounters()

    private func run(_ polls: [[Connection]?], events: [WatchedEvents]? = nil, interval: Duration = .milliseconds(1)) throws
        -> [SourceReport]
    {
        let stopping = Mailbox<Void>(capacity: 1)
        let threads = SourceThreads(
            count: 1, stopping: stopping, counters: counters, clock: SteadyClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let source = Script(polls) {
            stopping.close()
            threads.stop()
        }
        try threads.start([(source, events.map { Events($0) })], interval: interval)
        var reports: [SourceReport] = []
        while case .element(let observation) = threads.inbox.take() {
            if let report = observation.report { reports.append(report) }
        }
        #expect(source.isStopped)
        return reports
    }

    @Test("a poll arrives in portions between its beginning and its end, and the inbox closes when all is over")
    func portions() throws {
        let connections = (1...2500 as ClosedRange<UInt16>).map { Connection.sample($0) }
        let reports = try run([connections])
        #expect(reports.first == .pollBegan)
        #expect(reports.prefix(5).last == .pollEnded(isWhole: true))
        let counts = reports.compactMap { report in if case .entries(let entries) = report { entries.count } else { nil } }
        #expect(counts == [1024, 1024, 452])
    }

    @Test("a poll that fails has ended, but not whole, and the next is tried")
    func failure() throws {
        let reports = try run([nil, [.sample(1)]])
        // The script's end is one as well, and the last poll may be another.
        #expect((2...3).contains(try #require(counters[.readingsFailed])))
        #expect(
            reports.prefix(5) == [.pollBegan, .pollEnded(isWhole: false), .pollBegan, .entries([.sample(1)]), .pollEnded(isWhole: true)])
    }

    @Test("events arrive as they were told; lost ones make for a poll long before the next is due")
    func events() throws {
        let event = ConnectionEvent(.sample(1), kind: .new)
        let reports = try run(
            [[]], events: [WatchedEvents(events: [event]), WatchedEvents(wereLost: true), WatchedEvents(events: [event, event])],
            interval: .seconds(3600))
        #expect(reports.count { $0 == .pollBegan } >= 2)
        let events = reports.compactMap { report in if case .events(let events) = report { events.count } else { nil } }
        #expect(events == [1, 2])
    }
}
