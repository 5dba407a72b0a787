// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CommandEntry
import Daemon
import FlowModel
import FlowStore
import IPFIXTransport
import Kubernetes
import Logging
import Mediation
import Synchronization

/// The aggregator as a Mediator of RFC 6183 §5: collecting, mediating, storing, each on a thread of its own, with bounded mailboxes between.
///
/// ```
///   CollectingProcess ── CollectedBatch ──▶ MediationLoop ── StoreBatch ──▶ StoreLoop ──▶ SQLite
///     (NIO, UDP threads)      mailbox         (one thread)       mailbox      (one thread)
/// ```
final class AggregatorPipeline: Sendable {
    private let collecting: CollectingProcess
    private let cluster: ClusterFeed
    private let collected: Mailbox<CollectedBatch>
    private let stored: Mailbox<StoreBatch>
    private let core: PlainThread
    private let storing: PlainThread
    private let outcome: Outcome
    private let board = LedgerBoard()
    private let certificates: CredentialWatch?
    private let logger: Logger

    /// What the threads leave behind.
    private final class Outcome: Sendable {
        let mediation = Mutex(MediationStatistics())
        let storing = Mutex(StoreLoop.Result())
        let isStopping = Atomic(false)
        /// The mediation thread's own; it lets go of it at its end.
        let loop: Mutex<MediationLoop>

        init(_ loop: consuming sending MediationLoop) {
            self.loop = Mutex(loop)
        }
    }

    /// Reads the objects, opens the store, starts the threads and listens.
    init(_ configuration: AggregatorConfiguration, clock: SteadyClock, logger: Logger) throws {
        let cluster = try ClusterFeed(configuration.cluster, clock: clock, logger: logger)
        self.cluster = cluster
        let writer = try FlowStore.openForWriting(path: configuration.store, logger)
        let collected = Mailbox<CollectedBatch>(capacity: 256)
        let stored = Mailbox<StoreBatch>(capacity: 8)
        self.collected = collected
        self.stored = stored
        self.logger = logger
        collecting = CollectingProcess(
            listening: configuration.listen, credentials: configuration.credentials, limits: configuration.limits,
            clock: { clock.evenNow }, logger: logger
        ) {
            _ = collected.put($0)
        }
        let collecting = collecting
        let board = board
        var loop = MediationLoop(
            configuration.mediation, firstConnection: writer.nextConnection(), from: collected, and: cluster.changes, to: stored,
            ending: { collecting.end($0) }, nodeMismatch: configuration.nodeMismatch,
            transport: { collecting.statistics }, board: board, clock: clock, logger: logger)
        try loop.resume(from: writer)
        let outcome = Outcome(loop)
        self.outcome = outcome
        for endpoint in configuration.listen where !endpoint.transport.isSecured {
            logger.warning("transport without protection: anybody on the way can read and forge", metadata: ["endpoint": "\(endpoint)"])
        }
        certificates = try configuration.credentials.map { try CredentialWatch($0, clock: clock, logger: logger) }
        try collecting.start()
        let retention = configuration.retention
        storing = try PlainThread("store") {
            let loop = StoreLoop(
                writer: writer, batches: stored, retention: retention, clock: clock, logger: logger,
                isStopping: { outcome.isStopping.load(ordering: .relaxed) }, board: board)
            let result = loop.run()
            outcome.storing.withLock { $0 = result }
        }
        core = try PlainThread("mediation") {
            let statistics = outcome.loop.withLock { $0.run() }
            outcome.mediation.withLock { $0 = statistics }
            stored.close()
        }
    }

    /// Works until a signal says to stop, then stores everything that was received.
    func run() throws {
        logger.info("collecting", metadata: ["endpoints": "\(boundEndpoints.map(\.description).joined(separator: " "))"])
        while Signals.waitForTermination() == .hangUp { certificates?.reload() }
        certificates?.stop()
        Watchdog.start(limit: .seconds(5), program: "weir-aggregator")
        if !stop() { throw ExitCode(ExitStatus.failure) }
    }

    var boundEndpoints: [Endpoint] { collecting.boundEndpoints }

    /// What became of everything that was taken in so far.
    var ledger: AggregatorLedger { board.present }

    /// False when an accepted record could not be stored, or the store is damaged.
    func stop() -> Bool {
        outcome.isStopping.store(true, ordering: .relaxed)
        collecting.stop()
        cluster.stop()
        collected.close()
        core.join()
        storing.join()
        let received = collecting.statistics
        logger.info(
            "collected",
            metadata: [
                "messages": "\(received.messages)", "octets": "\(received.octets)", "sessions": "\(received.sessionsOpened)",
                "malformed": "\(received.malformed.total)", "kernel drops": "\(received.kernelDrops)",
                "sessions refused": "\(received.refusedConnections)", "datagrams refused": "\(received.refusedDatagrams)",
                "handshakes refused": "\(received.refusedHandshakes)", "unknown datagrams": "\(received.unknownDatagrams)",
                "displaced": "\(received.displacedConnections)",
            ])
        let mediation = outcome.mediation.withLock { $0 }
        let result = outcome.storing.withLock { $0 }
        logger.info(
            "stopped",
            metadata: [
                "records": "\(mediation.received)", "opened": "\(mediation.opened)",
                "merged": "\(mediation.merged)", "refused": "\(mediation.refused)",
                "late": "\(mediation.late)", "held": "\(mediation.held)",
                "connections": "\(mediation.connections)",
                "intervals stored": "\(result.intervals)", "intervals lost": "\(result.intervalsLost)",
                "source only": "\(mediation.sourceOnly)", "destination only": "\(mediation.destinationOnly)",
            ])
        return result.intervalsLost == 0 && !result.isDamaged
    }
}
