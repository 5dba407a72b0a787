// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Metering

/// Meters a recording again, with its own times moved forward so that it ends when the run ends.
///
/// The records do not depend on the speed, but for when they are sent. When the clock is set meanwhile, their times follow it, as those of
/// a node that meters do.
struct ReplayRun {
    let recording: Recording
    let pace: Pace
    let clock: SteadyClock
    let files: FollowedFiles
    /// Closed to end the run before the recording's end.
    let stopping: Mailbox<Void>

    enum Pace: Hashable, Sendable {
        /// As fast as it can be read.
        case unlimited
        /// So many times as fast as it was recorded: 1 is its own speed.
        case times(Double)
    }

    func run(_ stage: inout MeteringStage) {
        guard let first = recording.observations.first, let last = recording.observations.last else { return }
        let begin = clock.evenNow
        let offset = begin + duration(of: last.time - first.time) - last.time
        stage.change { files.readFirst(into: &$0, at: first.time + offset + clock.stepped) }
        for observation in recording.observations {
            guard wait(until: begin + duration(of: observation.time - first.time)) else { break }
            let moved = offset + clock.stepped
            stage.meter(observation.moved(by: moved))
            stage.expire(at: observation.time + moved)
        }
        stage.finish(at: last.time + offset + clock.stepped)
    }

    /// How long a stretch of the recording takes here.
    private func duration(of recorded: Duration) -> Duration {
        switch pace {
        case .unlimited: .zero
        case .times(let speed): .milliseconds(Int64(Double(recorded.wholeMilliseconds) / speed))
        }
    }

    /// - Returns: false when the run is to end.
    private func wait(until time: Timestamp) -> Bool {
        guard pace != .unlimited else { return !stopping.isClosed }
        let rest = time - clock.evenNow
        if rest <= .zero { return !stopping.isClosed }
        if case .closed = stopping.take(timeout: rest) { return false }
        return true
    }
}
