// SPDX-License-Identifier: Apache-2.0

import Conntrack
import Daemon
import FlowModel
import IPFIX
import IPFIXTransport
import Logging
import Metering
import OpenVSwitch

/// The exporter as RFC 5470 §5 draws it: observing, metering, exporting.
///
/// ```
///   OVSDB ────── pods ──────┐
///   packet-ins ─ denied ────┤ mailboxes
///   conntrack ── poll ──────▶ metering thread ── ExportQueue ──▶ ExportingProcess ──▶ collector
/// ```
final class ExporterPipeline {
    private let configuration: ExporterConfiguration
    private let clock: SteadyClock
    private let logger: Logger
    private let exporting: [ExportingProcess]
    private let queues: [ExportQueue]
    private let pods = Mailbox<[LocalPod]>(capacity: 16)
    private let denied = Mailbox<DeniedConnection>(capacity: 65_536)
    /// Packet-ins beyond the rate at which they are taken up.
    private let exceeded = EventCount()
    private let ports = KnownPorts()
    private let stopping = Mailbox<Void>(capacity: 1)

    /// What was metered must leave within this long after the program was told to stop.
    private static let drainTime = Duration.seconds(4)

    init(_ configuration: ExporterConfiguration, clock: SteadyClock, logger: Logger) {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        let templateMessages = configuration.packer.templateBodies
        let queues = configuration.collectors.map { _ in ExportQueue() }
        self.queues = queues
        exporting = zip(configuration.collectors, queues).map { endpoint, queue in
            ExportingProcess(
                to: endpoint, observationDomainID: configuration.observationDomainID, templateMessages: templateMessages, queue: queue,
                clock: { clock.now }, logger: logger)
        }
    }

    /// Works until a signal says to stop, or until the recording ends; then sends what is left.
    ///
    /// - Returns: false when something metered could not be sent.
    func run() throws -> Bool {
        if case .replay(let directory) = configuration.sources[0] {
            let recording = try Recording(directory: directory)
            for process in exporting { process.start() }
            return try replay(recording)
        }
        takeBackBridgeStream()
        let sources = try configuration.sources.map { try source($0) }
        defer { for source in sources { source.stop() } }
        var recording: RecordingWriter?
        if let directory = configuration.recordDirectory {
            recording = try RecordingWriter(directory: directory, nodeName: configuration.metering.nodeName, logger: logger)
        }
        for process in exporting { process.start() }
        return try meter(sources, recording: recording)
    }

    private func replay(_ recording: Recording) throws -> Bool {
        let now = clock.now
        var stage = MeteringStage(configuration, to: queues, at: now)
        ReplayRun(recording: recording, now: now).run(&stage)
        return finish(stage.statistics)
    }

    private func source(_ name: SourceName) throws -> any ConnectionSource {
        switch name {
        case .ovs: ovsSource("ovs", counting: accountingTable)
        case .ovsIPFIX: ovsSource("ovs-ipfix", counting: try bridgeStream())
        case .conntrack:
            try KernelSource(zones: configuration.metering.zones, logger: logger)
        case .replay:
            preconditionFailure("a recording is replayed alone; the configuration refuses anything else")
        }
    }
}

extension ExporterPipeline {
    private func ovsSource(_ name: String, counting: (any DirectionCounting)?) -> OVSSource {
        OVSSource(
            name: name, runDirectory: configuration.ovsRunDirectory, counting: counting, dumpShare: configuration.dumpShare,
            interval: configuration.pollInterval, logger: logger)
    }

    private var accountingTable: AccountingTable? {
        configuration.accountingTable.map { table in
            AccountingTable(
                client: OpenFlowClient(socketPath: "\(configuration.ovsRunDirectory)/\(configuration.bridge).mgmt"), table: table,
                clock: { [clock] in clock.now })
        }
    }

    private func bridgeStream() throws -> BridgeStreamCounting {
        let options = BridgeStreamCounting.Options(
            bridge: configuration.bridge, databaseSocket: "\(configuration.ovsRunDirectory)/db.sock", port: configuration.ovsIPFIXPort,
            configures: configuration.configuresOVSIPFIX, observationDomainID: configuration.observationDomainID,
            interval: configuration.pollInterval)
        return try BridgeStreamCounting(options, clock: { [clock] in clock.now }, logger: logger)
    }

    /// A run that did not end in good order has left the bridge sending to nobody.
    private func takeBackBridgeStream() {
        guard configuration.metersBridge, !configuration.configuresOVSIPFIX else { return }
        let bridge = BridgeIPFIX(
            bridge: configuration.bridge, databaseSocket: "\(configuration.ovsRunDirectory)/db.sock", timeout: .seconds(1))
        if (try? bridge.undo()) == true {
            logger.notice("took back the IPFIX that an earlier run had the bridge send", metadata: ["bridge": "\(configuration.bridge)"])
        }
    }

    /// Meters on this thread; the watchers and the wait for a signal have threads of their own.
    private func meter(_ sources: [any ConnectionSource], recording: RecordingWriter?) throws -> Bool {
        let watchers = try [watchPods(), watchDenied(), readSwitchStatistics()].compactMap { $0 }
        _ = try PlainThread("signals") { [stopping] in
            while Signals.waitForTermination() == .hangUp {}
            stopping.close()
            Watchdog.start(limit: .seconds(5), program: "weir-exporter")
        }
        logger.info(
            "metering",
            metadata: ["node": "\(configuration.metering.nodeName)", "sources": "\(sources.map(\.name).joined(separator: " "))"])
        var stage = MeteringStage(configuration, to: queues, at: clock.now)
        let run = LiveRun(
            sources: sources, pods: pods, denied: denied, stopping: stopping, interval: configuration.pollInterval, clock: clock,
            logger: logger, recording: recording)
        run.run(&stage)
        for watcher in watchers { watcher.join() }
        return finish(stage.statistics)
    }

    /// Local pods come from the switch's database, whatever source connections come from.
    private func watchPods() throws -> PlainThread {
        let path = "\(configuration.ovsRunDirectory)/db.sock"
        return try PlainThread("ovsdb") { [pods, ports, stopping, logger] in
            OVSDBClient(socketPath: path).run(
                stop: { stopping.isClosed },
                onChange: { _ = pods.put($0) },
                onPorts: { ports.update($0) },
                onEvent: { event in
                    switch event {
                    case .connected: logger.info("watching pods", metadata: ["socket": "\(path)"])
                    case .disconnected(let error): logger.warning("pods not watched, trying again", metadata: ["cause": "\(error)"])
                    }
                })
        }
    }

    /// Nil where no bridge of OVS decides.
    private func watchDenied() throws -> PlainThread? {
        guard configuration.metersBridge else { return nil }
        let path = "\(configuration.ovsRunDirectory)/\(configuration.bridge).mgmt"
        return try PlainThread("packet-ins") { [denied, exceeded, stopping, clock, logger] in
            DeniedPacketStream(socketPath: path).run(
                stop: { stopping.isClosed },
                now: { clock.now },
                onDenied: { _ = denied.offer($0) },
                onEvent: { event in
                    switch event {
                    case .connected: logger.info("watching denied packets", metadata: ["socket": "\(path)"])
                    case .disconnected(let error):
                        logger.warning("denied packets not seen, trying again", metadata: ["cause": "\(error)"])
                    case .exceeded: exceeded.add()
                    case .ignored: break
                    }
                })
        }
    }

    /// Nil where no bridge of OVS counts, or where that was not asked for.
    private func readSwitchStatistics() throws -> PlainThread? {
        guard configuration.metersBridge, let interval = configuration.statisticsInterval else { return nil }
        let run = SwitchStatisticsRun(
            socketPath: "\(configuration.ovsRunDirectory)/\(configuration.bridge).mgmt", nodeName: configuration.metering.nodeName,
            policy: PolicyFlows(), interval: interval, ports: ports, stopping: stopping, clock: clock, logger: logger)
        return try PlainThread("statistics") { [logger] in
            run.run { statistics in
                logger.debug(
                    "switch statistics read",
                    metadata: ["rules that grew": "\(statistics.rules.count)", "ports that grew": "\(statistics.ports.count)"])
            }
        }
    }

    private func finish(_ metered: MeteringStatistics) -> Bool {
        var lost: UInt64 = 0
        for (process, endpoint) in zip(exporting, configuration.collectors) {
            let summary = process.stop(drainingWithin: Self.drainTime)
            lost += summary.recordsLeft + summary.statistics.droppedRecords
            logger.info(
                "exported",
                metadata: [
                    "collector": "\(endpoint)", "records": "\(summary.statistics.records)", "not sent": "\(summary.recordsLeft)",
                    "dropped": "\(summary.statistics.droppedRecords)", "reconnects": "\(summary.statistics.reconnects)",
                ])
        }
        logger.info(
            "stopped",
            metadata: [
                "observations": "\(metered.observed)", "metered": "\(metered.metered)", "other zone": "\(metered.otherZone)",
                "not accepted": "\(metered.notAccepted)", "not local": "\(metered.notLocal)", "over capacity": "\(metered.overCapacity)",
                "denied packets": "\(metered.denied)", "denied packets unseen": "\(denied.statistics.dropped + exceeded.total)",
                "records": "\(metered.records)",
            ])
        return lost == 0
    }
}
