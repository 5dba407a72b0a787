// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Logging
import Metering

/// The metering thread of a running switch: one turn a poll interval, until it is told to stop.
struct LiveRun {
    let sources: [any ConnectionSource]
    let pods: Mailbox<[LocalPod]>
    let denied: Mailbox<DeniedConnection>
    let stopping: Mailbox<Void>
    let interval: Duration
    let clock: SteadyClock
    let logger: Logger
    let recording: RecordingWriter?

    /// How long the first turn waits to hear which pods there are.
    private static let patienceForPods = Duration.seconds(5)
    /// A poll that took longer than this is not made once more at the end.
    private static let quickPoll = Duration.milliseconds(500)

    func run(_ stage: inout MeteringStage) {
        var first = firstPods()
        var duration = Duration.zero, leastInterval = Duration.zero
        while true {
            let began = clock.now
            (duration, leastInterval) = turn(&stage, pods: first)
            first = nil
            let pause = max(interval, leastInterval)
            if case .closed = stopping.take(timeout: max(.milliseconds(1), began + pause - clock.now)) { break }
        }
        // What happened since the last turn belongs to the last records, if that can be had in time.
        if duration < Self.quickPoll { _ = turn(&stage, pods: nil) }
        stage.finish(at: clock.now)
    }

    /// - Returns: how long the sources took, and how long they want to be left alone.
    private func turn(_ stage: inout MeteringStage, pods: [LocalPod]?) -> (duration: Duration, leastInterval: Duration) {
        let (observation, duration, leastInterval) = observe(at: clock.now, pods: pods)
        recording?.append(observation)
        stage.take(observation)
        return (duration, leastInterval)
    }

    private func firstPods() -> [LocalPod]? {
        if case .element(let first) = pods.take(timeout: Self.patienceForPods) { return first }
        logger.warning("no pods known yet: is ovsdb-server running?")
        return nil
    }

    private func observe(at now: Timestamp, pods first: [LocalPod]?) -> (Observation, duration: Duration, leastInterval: Duration) {
        var observation = Observation(time: now, pods: first)
        while case .element(let next) = pods.take(timeout: .zero) { observation.pods = next }
        var connections: [Connection] = []
        var wasRead = false
        var duration = Duration.zero, leastInterval = Duration.zero
        for source in sources {
            do {
                let reading = try source.poll { connections.append($0) }
                wasRead = true
                duration += reading.duration
                leastInterval = max(leastInterval, reading.leastInterval)
                observation.isWhole = observation.isWhole && reading.isWhole
                report(reading, of: source)
            } catch {
                observation.isWhole = false
                logger.warning(
                    "source not read, trying again at the next poll", metadata: ["source": "\(source.name)", "cause": "\(error)"])
            }
        }
        if wasRead { observation.connections = connections }
        while case .element(let packet) = denied.take(timeout: .zero) { observation.denied.append(packet) }
        return (observation, duration, leastInterval)
    }

    private func report(_ reading: SourceReading, of source: any ConnectionSource) {
        logger.debug("polled", metadata: ["source": "\(source.name)", "duration": "\(reading.duration)"])
        guard reading.rejected > 0 else { return }
        logger.warning(
            "entries not understood and skipped",
            metadata: ["source": "\(source.name)", "entries": "\(reading.rejected)", "first": "\(reading.sample ?? "")"])
    }
}
