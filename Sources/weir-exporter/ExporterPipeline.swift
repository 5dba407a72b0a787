// SPDX-License-Identifier: Apache-2.0

import CommandEntry
import Conntrack
import Daemon
import FlowModel
import IPFIX
import IPFIXTransport
import Logging
import Metering
import OpenVSwitch
import PacketCapture

/// The exporter as RFC 5470 §5 draws it: observing, metering, exporting.
///
/// ```
///   OVSDB ─────────────── pods ────┐
///   packet-ins, NFLOG ─── denied ──┤ mailboxes
///   sources ── polls, events ──────▶ metering thread ── ExportQueue ──▶ ExportingProcess ──▶ collector
/// ```
final class ExporterPipeline {
    let configuration: ExporterConfiguration
    let clock: SteadyClock
    let logger: Logger
    private let exporting: [ExportingProcess]
    private let queues: [ExportQueue]
    private let pods = Mailbox<[LocalPod]>(capacity: 16)
    private let denied = Mailbox<DeniedConnection>(capacity: 65_536)
    private let counted = Mailbox<SwitchStatistics>(capacity: 4)
    let counters = NodeCounters()
    private let began: Timestamp
    private let ports = KnownPorts()
    private let stopping = Mailbox<Void>(capacity: 1)

    /// What was metered must leave within this long after the program was told to stop.
    private static let drainTime = Duration.seconds(4)

    /// - Throws: when a spool cannot be used.
    init(_ configuration: ExporterConfiguration, clock: SteadyClock, logger: Logger) throws(SpoolError) {
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        began = clock.now
        var queues: [ExportQueue] = []
        for collector in configuration.collectors { queues.append(try configuration.queue(for: collector, clock: clock, logger: logger)) }
        self.queues = queues
        exporting = zip(configuration.collectors, queues).map { collector, queue in
            ExportingProcess(
                to: collector, security: configuration.security, observationDomainID: configuration.observationDomainID,
                templateMessages: configuration.templateBodies(for: collector), queue: queue, clock: { clock.now }, logger: logger)
        }
    }

    /// Works until a signal says to stop, or until the recording ends; then sends what is left.
    ///
    /// - Returns: false when something metered could not be sent.
    func run() throws -> Bool {
        let files = try FollowedFiles(
            rules: configuration.rulesFile, pods: configuration.podsFile, services: configuration.servicesFile)
        if let recording = try replayed() {
            try giveUpPrivileges()
            startExporting()
            return try replay(recording, files)
        }
        if let file = captureFile { return try meter(file: file, files) }
        takeBackBridgeStream()
        let packetLog = try packetLog()
        var recording: RecordingWriter?
        if let directory = configuration.recordDirectory {
            recording = try RecordingWriter(directory: directory, nodeName: configuration.metering.nodeName, logger: logger)
        }
        let sources = try openSources { (try source($0), try watcher($0)) }
        startExporting()
        return try meter(sources, packetLog, files, recording)
    }

    private func startExporting() {
        for endpoint in configuration.collectors where !endpoint.transport.isSecured {
            logger.warning("transport without protection: anybody on the way can read and forge", metadata: ["collector": "\(endpoint)"])
        }
        for process in exporting { process.start() }
    }

    /// Reads the sources once and prints what would be metered.
    ///
    /// - Returns: false when something could not be read.
    func printOnce() throws -> Bool {
        if let places = capturePlaces { return try printCaptures(places) }
        let recording = try replayed()
        let sources = recording == nil ? try openSources { try source($0) } : []
        let once = OnceRun(configuration: configuration, clock: clock, logger: logger)
        try once.run(sources, recording: recording) { result, names in
            for line in ConnectionListing.lines(result.connections, names, configuration.onceFormat) { print(line) }
            StandardError.write(ConnectionListing.summary(result.statistics, count: result.connections.count) + "\n")
        }
        return true
    }

    /// Opens those sources first that need privileges, then gives these up, then opens the others, whose threads so have none.
    ///
    /// - Returns: in the order of the configuration, by which sources are numbered.
    private func openSources<Opened>(_ open: (SourceName) throws -> Opened) throws -> [Opened] {
        var privileged: [Int: Opened] = [:]
        for (index, name) in configuration.sources.enumerated() where name.isPrivileged { privileged[index] = try open(name) }
        try giveUpPrivileges()
        return try configuration.sources.enumerated().map { index, name in try privileged[index] ?? open(name) }
    }

    private func replayed() throws -> Recording? {
        guard case .replay(let directory) = configuration.sources[0] else { return nil }
        return try Recording(directory: directory)
    }

    /// What captures are read; nil where connections come from elsewhere too.
    private var capturePlaces: [CapturePlace]? {
        let places = configuration.sources.compactMap { source in
            if case .capture(let name) = source { CapturePlace(name) } else { nil }
        }
        return places.count == configuration.sources.count ? places : nil
    }

    private var captureFile: String? {
        if case .file(let path)? = capturePlaces?.first { path } else { nil }
    }

    /// Prints every connection of captures, also those that are over.
    private func printCaptures(_ places: [CapturePlace]) throws -> Bool {
        // Octets of strangers are read with as few rights as can be.
        let listens = places.contains { if case .interface = $0 { true } else { false } }
        try giveUpPrivileges(keeping: listens ? [.rawNetwork] : [])
        try awaitSignals {}
        var run = CaptureOnceRun(
            format: configuration.onceFormat == .json ? .json : .table, settings: configuration.capture,
            interval: configuration.pollInterval, clock: clock, stopping: stopping)
        for place in places {
            switch place {
            case .file(let path): try run.read(file: path)
            case .interface(let interface): try run.read(interface: interface)
            }
        }
        return run.finish()
    }

    /// Meters a capture file, whose own clock counts.
    private func meter(file: String, _ files: FollowedFiles) throws -> Bool {
        let capture = try CapturePlace.open(file: file, filter: configuration.capture.filter)
        try giveUpPrivileges()
        startExporting()
        try awaitSignals {}
        var stage = MeteringStage(configuration, to: queues)
        // What is known of rules and pods holds for all of the capture, whenever it was made.
        stage.change { files.readFirst(into: &$0, at: Timestamp(milliseconds: 0)) }
        let run = CaptureRun(
            capture: capture, meter: configuration.capture.metering(.conntrack), interval: configuration.pollInterval, queues: queues,
            stopping: stopping, logger: logger)
        let isWhole = run.run(&stage)
        var reporting = reporting
        reporting.report(&stage, at: clock.now)
        return finish(stage.statistics) && isWhole
    }

    private func replay(_ recording: Recording, _ files: FollowedFiles) throws -> Bool {
        try awaitSignals {}
        var stage = MeteringStage(configuration, to: queues)
        ReplayRun(recording: recording, pace: configuration.replayPace, clock: clock, files: files, stopping: stopping).run(&stage)
        var reporting = reporting
        reporting.report(&stage, at: clock.now)
        return finish(stage.statistics)
    }
}

extension ExporterPipeline {
    /// Meters on this thread; sources, watchers and the wait for a signal have threads of their own.
    private func meter(
        _ sources: [(any ConnectionSource, (any ConnectionWatcher)?)], _ packetLog: PacketLogWatcher?, _ files: FollowedFiles,
        _ recording: RecordingWriter?
    ) throws -> Bool {
        let threads = SourceThreads(count: sources.count, stopping: stopping, counters: counters, clock: clock, logger: logger)
        let watchers = try [watchPods(), watchDenied(), watchPacketLog(packetLog), readSwitchStatistics()].compactMap { $0 }
        try awaitSignals { threads.stop() }
        logger.info(
            "metering",
            metadata: ["node": "\(configuration.metering.nodeName)", "sources": "\(sources.map(\.0.name).joined(separator: " "))"])
        try threads.start(sources, interval: configuration.pollInterval)
        var stage = MeteringStage(configuration, to: queues)
        var run = LiveRun(
            inbox: threads.inbox, pods: pods, denied: denied, counted: counted, waitsForPods: configuration.podsFile == nil, files: files,
            reporting: reporting, clock: clock, logger: logger, recording: recording)
        run.run(&stage)
        for watcher in watchers { watcher.join() }
        return finish(stage.statistics)
    }

    private func awaitSignals(_ stop: @escaping @Sendable () -> Void) throws {
        let certificates = try configuration.security.map { try CredentialWatch($0.credentials, clock: clock, logger: logger) }
        _ = try PlainThread("signals") { [stopping] in
            while Signals.waitForTermination() == .hangUp { certificates?.reload() }
            certificates?.stop()
            stopping.close()
            stop()
            Watchdog.start(limit: .seconds(5), program: "weir-exporter")
        }
    }

    /// Local pods come from the switch's database, whatever source connections come from; nil where a file names them and no bridge's
    /// ports are wanted.
    private func watchPods() throws -> PlainThread? {
        let isFileRead = configuration.podsFile != nil
        guard !isFileRead || configuration.metersBridge else { return nil }
        let path = "\(configuration.ovsRunDirectory)/db.sock"
        return try PlainThread("ovsdb") { [pods, ports, stopping, logger] in
            var outage = Outage()
            OVSDBClient(socketPath: path).run(
                stop: { stopping.isClosed },
                onChange: { if !isFileRead { _ = pods.put($0) } },
                onPorts: { ports.update($0) },
                onEvent: { event in
                    switch event {
                    case .connected:
                        outage.end()
                        logger.info("watching pods", metadata: ["socket": "\(path)"])
                    case .disconnected(let error):
                        logger.log(level: outage.begin(), "pods not watched, trying again", metadata: ["cause": "\(error)"])
                    }
                })
        }
    }

    /// Nil where no bridge of OVS decides.
    private func watchDenied() throws -> PlainThread? {
        guard configuration.metersBridge else { return nil }
        let path = "\(configuration.ovsRunDirectory)/\(configuration.bridge).mgmt"
        counters.add(0, to: .deniedExcess)
        return try PlainThread("packet-ins") { [denied, counters, stopping, clock, logger] in
            var outage = Outage()
            DeniedPacketStream(socketPath: path).run(
                stop: { stopping.isClosed },
                now: { clock.now },
                onDenied: { if !denied.offer($0) { counters.add(1, to: .deniedExcess) } },
                onEvent: { event in
                    switch event {
                    case .connected:
                        outage.end()
                        logger.info("watching denied packets", metadata: ["socket": "\(path)"])
                    case .disconnected(let error):
                        logger.log(level: outage.begin(), "denied packets not seen, trying again", metadata: ["cause": "\(error)"])
                    case .exceeded: counters.add(1, to: .deniedExcess)
                    case .ignored: break
                    }
                })
        }
    }

    private func watchPacketLog(_ watcher: PacketLogWatcher?) throws -> PlainThread? {
        guard let watcher else { return nil }
        let handed = Handed(value: watcher)
        return try PlainThread("packet log") { [denied, counters, stopping, clock] in
            handed.value.watch(
                stop: { stopping.isClosed }, now: { clock.now },
                deliver: { if !denied.offer($0) { counters.add(1, to: .deniedExcess) } })
        }
    }

    /// Nil where no bridge of OVS counts, or where that was not asked for.
    private func readSwitchStatistics() throws -> PlainThread? {
        guard configuration.metersBridge, let interval = configuration.statisticsInterval else { return nil }
        let run = SwitchStatisticsRun(
            socketPath: "\(configuration.ovsRunDirectory)/\(configuration.bridge).mgmt", nodeName: configuration.metering.nodeName,
            policy: configuration.policyFlows, interval: interval, ports: ports, counters: counters, stopping: stopping, clock: clock,
            logger: logger)
        return try PlainThread("statistics") { [counted, logger] in
            run.run { statistics in
                counted.offer(statistics)
                logger.debug(
                    "switch statistics read",
                    metadata: ["rules that grew": "\(statistics.rules.count)", "ports that grew": "\(statistics.ports.count)"])
            }
        }
    }

    private var reporting: ProcessReporting {
        ProcessReporting(exporting, counters: counters, observationDomainID: configuration.observationDomainID, began: began)
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
                    "sent again": "\(summary.statistics.queue.repeated.records)", "kept in the spool": "\(summary.recordsKept)",
                    "dropped": "\(summary.statistics.droppedRecords)", "reconnects": "\(summary.statistics.reconnects)",
                ])
        }
        logger.info(
            "stopped",
            metadata: [
                "observations": "\(metered.observed)", "metered": "\(metered.metered)", "other zone": "\(metered.otherZone)",
                "not accepted": "\(metered.notAccepted)", "not local": "\(metered.notLocal)", "other protocol": "\(metered.otherProtocol)",
                "other network": "\(metered.otherNetwork)", "to gateway": "\(metered.toGateway)", "zone 0": "\(metered.correlated)",
                "stale": "\(metered.stale)", "of another source": "\(metered.ofAnotherSource)", "over capacity": "\(metered.overCapacity)",
                "evicted": "\(metered.evicted)", "ends not told": "\(metered.unreportedEnds)",
                "denied packets": "\(metered.denied)", "denied packets unseen": "\(counters[.deniedExcess] ?? 0)",
                "records": "\(metered.records)",
            ])
        return lost == 0
    }
}
