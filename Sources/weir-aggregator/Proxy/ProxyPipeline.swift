// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import FlowModel
import IPFIXTransport
import Logging
import Mediation
import Synchronization

/// The aggregator as an IPFIX Proxy (RFC 6183 §3): nothing is kept, nothing is stored.
///
/// ```
///   CollectingProcess ── CollectedBatch ──▶ ProxyLoop ── messages ──▶ ExportingProcess (one for each collector)
///     (NIO, UDP threads)      mailbox      (one thread)   queues        (one thread each)
/// ```
final class ProxyPipeline: Sendable {
    private let collecting: CollectingProcess
    private let collected = Mailbox<CollectedBatch>(capacity: 256)
    private let cluster: ClusterFeed
    private let collectors: [Endpoint]
    private let exporting: [ExportingProcess]
    private let stopping = Mailbox<Void>(capacity: 1)
    private let core: PlainThread
    private let outcome: Outcome
    private let logger: Logger

    private final class Outcome: Sendable {
        let result = Mutex(ProxyLoop.Outcome())
        /// The core thread's own; it lets go of it at its end.
        let loop: Mutex<ProxyLoop>

        init(_ loop: consuming sending ProxyLoop) {
            self.loop = Mutex(loop)
        }
    }

    /// What was collected must leave within this long after the program was told to stop.
    private static let drainTime = Duration.seconds(2)

    /// Reads the objects, starts the threads and listens.
    init(_ configuration: AggregatorConfiguration, _ proxy: ProxyConfiguration, clock: SteadyClock, logger: Logger) throws {
        self.logger = logger
        let cluster = try ClusterFeed(configuration.cluster, clock: clock, logger: logger)
        self.cluster = cluster
        collectors = proxy.collectors
        let templateMessages = proxy.packer.templateBodies
        var queues: [ExportQueue] = []
        for collector in proxy.collectors {
            queues.append(
                try proxy.keeping.queue(
                    for: collector, templates: templateMessages, observationDomainID: proxy.observationDomainID, clock: { clock.now },
                    logger: logger))
        }
        let security = configuration.exportCredentials.map { ExportSecurity($0) }
        exporting = zip(proxy.collectors, queues).map { endpoint, queue in
            ExportingProcess(
                to: endpoint, security: security, observationDomainID: proxy.observationDomainID, templateMessages: templateMessages,
                queue: queue, clock: { clock.now }, logger: logger)
        }
        let collected = collected
        collecting = CollectingProcess(
            listening: configuration.listen, credentials: configuration.credentials, limits: configuration.limits,
            clock: { clock.evenNow }, logger: logger
        ) {
            _ = collected.put($0)
        }
        let collecting = collecting
        let outcome = Outcome(
            ProxyLoop(
                proxy, from: collected, and: cluster.changes, to: queues, ending: { collecting.end($0) },
                nodeMismatch: configuration.nodeMismatch, until: stopping, clock: clock, logger: logger))
        self.outcome = outcome
        try collecting.start()
        for process in exporting { process.start() }
        core = try PlainThread("proxy") {
            let result = outcome.loop.withLock { $0.run() }
            outcome.result.withLock { $0 = result }
        }
    }

    var boundEndpoints: [Endpoint] { collecting.boundEndpoints }

    /// Works until a signal says to stop, then passes on everything that was received.
    func run() throws {
        logger.info("passing on", metadata: ["endpoints": "\(boundEndpoints.map(\.description).joined(separator: " "))"])
        while Signals.waitForTermination() == .hangUp {}
        Watchdog.start(limit: .seconds(6), program: "weir-aggregator")
        if !stop() { throw ExitCode(ExitStatus.failure) }
    }

    /// False when an accepted record did not reach a collector.
    func stop() -> Bool {
        stopping.close()
        collecting.stop()
        cluster.stop()
        collected.close()
        core.join()
        let summaries = exporting.map { $0.stop(drainingWithin: Self.drainTime) }
        let result = outcome.result.withLock { $0 }
        var lost: UInt64 = 0
        for (collector, summary) in zip(collectors, summaries) {
            let statistics = summary.statistics
            let dropped = statistics.droppedRecords + statistics.queue.refused.records
            lost += dropped + summary.recordsLeft
            logger.info(
                "passed on",
                metadata: [
                    "collector": "\(collector)", "records": "\(statistics.records)", "dropped": "\(dropped)",
                    "left": "\(summary.recordsLeft)", "kept in the spool": "\(summary.recordsKept)",
                    "sent again": "\(statistics.queue.repeated.records)",
                ])
        }
        logger.info(
            "stopped",
            metadata: [
                "records": "\(result.proxy.received)", "refused": "\(result.proxy.refused)", "passed on": "\(result.packed)",
                "messages": "\(result.sessions.messages)", "malformed messages": "\(result.sessions.malformed)",
                "of other nodes": "\(result.sessions.foreignRecords)",
                "statistics not passed on": "\(result.sessions.statisticsRecords)", "lost before": "\(result.sessions.lost)",
            ])
        return lost == 0
    }
}
