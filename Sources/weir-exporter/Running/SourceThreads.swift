// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Logging
import Metering

/// The threads of the sources: one polls each, another hears of its events where it tells them.
final class SourceThreads: Sendable {
    /// Portions of polls, batches of events: at most some megabytes wait.
    static let inboxCapacity = 32

    let inbox = Mailbox<Observation>(capacity: SourceThreads.inboxCapacity)
    private let wakes: [Mailbox<Void>]
    private let stopping: Mailbox<Void>
    private let counters: NodeCounters
    private let clock: SteadyClock
    private let logger: Logger

    /// - Parameter stopping: closed to end all threads; ``stop()`` then tells those that wait.
    init(count: Int, stopping: Mailbox<Void>, counters: NodeCounters, clock: SteadyClock, logger: Logger) {
        wakes = (0..<count).map { _ in Mailbox<Void>(capacity: 1) }
        self.stopping = stopping
        self.counters = counters
        self.clock = clock
        self.logger = logger
    }

    /// Starts everything. The inbox is closed when all have ended.
    ///
    /// - Parameter sources: as many as `count`, each with the watcher of its events, if it has one.
    func start(_ sources: [(any ConnectionSource, (any ConnectionWatcher)?)], interval: Duration) throws {
        var threads: [PlainThread] = []
        for (index, (source, watcher)) in sources.enumerated() {
            let id = SourceID(rawValue: UInt8(index))
            // The watcher first: what begins after this is told even if the poll does not show it.
            if let watcher { threads.append(try watch(Handed(value: watcher), id)) }
            let run = Handed(
                value: PollRun(
                    source: source, id: id, interval: interval, wake: wakes[index], inbox: inbox, counters: counters, clock: clock,
                    logger: logger))
            threads.append(try PlainThread("poll \(source.name)") { run.value.run() })
        }
        _ = try PlainThread("sources") { [inbox, threads] in
            for thread in threads { thread.join() }
            inbox.close()
        }
    }

    private func watch(_ watcher: Handed<any ConnectionWatcher>, _ id: SourceID) throws -> PlainThread {
        let wake = wakes[Int(id.rawValue)]
        return try PlainThread("events") { [inbox, stopping, clock] in
            watcher.value.watch(stop: { stopping.isClosed }) { batch in
                if !batch.events.isEmpty { inbox.put(Observation(time: clock.now, source: id, report: .events(batch.events))) }
                if batch.wereLost { wake.offer(()) }
            }
        }
    }

    /// Ends the pauses between polls.
    func stop() {
        for wake in wakes { wake.close() }
    }
}
