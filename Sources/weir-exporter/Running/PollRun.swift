// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIX
import Logging
import Metering

/// Polls one source at its interval; the loop of one thread.
struct PollRun {
    let source: any ConnectionSource
    let id: SourceID
    let interval: Duration
    /// An element asks for a poll at once, because events were lost; closed when the program stops.
    let wake: Mailbox<Void>
    let inbox: Mailbox<Observation>
    let counters: NodeCounters
    let clock: SteadyClock
    let logger: Logger

    /// Connections handed over at once: two hundred kilobytes.
    static let portion = 1024
    /// A poll that took longer than this is not made once more at the end.
    private static let quickPoll = Duration.milliseconds(500)
    /// Lost events are repaired by polls no oftener than this.
    private static let leastPause = Duration.seconds(1)

    func run() {
        counters.add(0, to: .readingsFailed)
        var began = clock.now
        var reading = poll()
        while pause(after: reading, since: began) {
            began = clock.now
            reading = poll()
        }
        // What happened since the last poll belongs to the last records, if that can be had in time.
        if let duration = reading?.duration, duration < Self.quickPoll { _ = poll() }
        source.stop()
    }

    /// - Returns: false when the program stops.
    private func pause(after reading: SourceReading?, since began: Timestamp) -> Bool {
        let least = reading?.leastInterval ?? .zero
        switch wake.take(timeout: rest(of: max(interval, least), since: began)) {
        case .timedOut: return true
        case .closed: return false
        case .element:
            if case .closed = wake.take(timeout: rest(of: max(Self.leastPause, least), since: began)) { return false }
            return true
        }
    }

    /// At most all of it, should the clock have been set back.
    private func rest(of pause: Duration, since began: Timestamp) -> Duration {
        max(.milliseconds(1), min(pause, pause - (clock.now - began)))
    }

    /// - Returns: nil when the source could not be read.
    private func poll() -> SourceReading? {
        inbox.put(Observation(time: clock.now, source: id, report: .pollBegan))
        var portion: [Connection] = []
        portion.reserveCapacity(Self.portion)
        var reading: SourceReading?
        do {
            let read = try source.poll { connection in
                portion.append(connection)
                if portion.count == Self.portion { handOver(&portion) }
            }
            report(read)
            reading = read
        } catch {
            counters.add(1, to: .readingsFailed)
            logger.warning("source not read, trying again at the next poll", metadata: ["source": "\(source.name)", "cause": "\(error)"])
        }
        handOver(&portion)
        inbox.put(Observation(time: clock.now, source: id, report: .pollEnded(isWhole: reading?.isWhole ?? false)))
        return reading
    }

    private func handOver(_ portion: inout [Connection]) {
        guard !portion.isEmpty else { return }
        inbox.put(Observation(time: clock.now, source: id, report: .entries(portion)))
        portion.removeAll(keepingCapacity: true)
    }

    private func report(_ reading: SourceReading) {
        counters.add(UInt64(reading.rejected), to: .entriesRejected)
        logger.debug("polled", metadata: ["source": "\(source.name)", "duration": "\(reading.duration)"])
        guard reading.rejected > 0 else { return }
        logger.warning(
            "entries not understood and skipped",
            metadata: ["source": "\(source.name)", "entries": "\(reading.rejected)", "first": "\(reading.sample ?? "")"])
    }
}
