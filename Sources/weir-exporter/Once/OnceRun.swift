// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIX
import Logging
import Metering
import OpenVSwitch

/// Reads the sources once and tells which connections would be metered: to see what the exporter sees.
struct OnceRun {
    let configuration: ExporterConfiguration
    let clock: SteadyClock
    let logger: Logger

    /// How long to wait for the switch's database.
    private static let patienceForPods = Duration.seconds(1)

    /// What there is to print.
    struct Result {
        var connections: [FlowRecord]
        var statistics: MeteringStatistics
    }

    /// - Parameter print: is given the listing with the names of its records.
    /// - Throws: when a source cannot be read.
    func run(_ sources: [any ConnectionSource], recording: Recording?, print: (Result, borrowing NameTable) -> Void) throws {
        let files = try FollowedFiles(
            rules: configuration.rulesFile, pods: configuration.podsFile, services: configuration.servicesFile)
        var process = MeteringProcess(configuration.metering, seed: .random(in: .min ... .max))
        files.readFirst(into: &process, at: clock.now)
        if let recording {
            for observation in recording.observations { process.meter(observation) }
        } else {
            if configuration.podsFile == nil { process.meter(Observation(time: clock.now, pods: try firstPods())) }
            try poll(sources, &process)
        }
        var connections: [FlowRecord] = []
        process.snapshot(into: &connections)
        print(Result(connections: connections, statistics: process.statistics), process.names)
    }

    private func poll(_ sources: [any ConnectionSource], _ process: inout MeteringProcess) throws {
        for (index, source) in sources.enumerated() {
            let id = SourceID(rawValue: UInt8(index))
            process.beginPoll(of: id, at: clock.now)
            let reading = try source.poll { process.observe($0, from: id, at: clock.now) }
            process.endPoll(of: id, isWhole: reading.isWhole, at: clock.now)
            source.stop()
            guard reading.rejected > 0 else { continue }
            logger.warning(
                "entries not understood and skipped",
                metadata: ["source": "\(source.name)", "entries": "\(reading.rejected)", "first": "\(reading.sample ?? "")"])
        }
    }

    private func firstPods() throws -> [LocalPod] {
        let pods = Mailbox<[LocalPod]>(capacity: 1)
        let path = "\(configuration.ovsRunDirectory)/db.sock"
        let thread = try PlainThread("ovsdb") {
            OVSDBClient(socketPath: path, timeout: Self.patienceForPods).run(stop: { pods.isClosed }, onChange: { pods.offer($0) })
        }
        let taken = pods.take(timeout: Self.patienceForPods)
        pods.close()
        thread.join()
        if case .element(let first) = taken { return first }
        logger.warning("no pods known: is ovsdb-server running? --pods FILE names them as well")
        return []
    }
}
