// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Logging
import Metering

/// The metering thread of a running node: meters what the threads of the sources hand over, and sends what is due.
///
/// A poll comes in parts, between which records go out: a long dump holds back neither.
struct LiveRun {
    /// Closed when the last source has ended.
    let inbox: Mailbox<Observation>
    let pods: Mailbox<[LocalPod]>
    let denied: Mailbox<DeniedConnection>
    let counted: Mailbox<SwitchStatistics>
    /// Nil where pods come from nowhere; the first are waited for, so that connections have names.
    let waitsForPods: Bool
    var files: FollowedFiles
    var reporting: ProcessReporting
    let clock: SteadyClock
    let logger: Logger
    let recording: RecordingWriter?

    /// How long metering waits at first to hear which pods there are.
    private static let patienceForPods = Duration.seconds(5)
    /// How often records are looked for; what is due is due by then.
    private static let expiryInterval = Duration.milliseconds(100)
    /// How long denied packets and pods may wait while nothing else comes.
    private static let longestWait = Duration.milliseconds(500)

    mutating func run(_ stage: inout MeteringStage) {
        stage.change { files.readFirst(into: &$0, at: clock.now) }
        if waitsForPods { takeFirstPods(&stage) }
        var nextExpiry = clock.now
        while true {
            switch inbox.take(timeout: Self.longestWait) {
            case .element(let observation): take(observation, &stage)
            case .timedOut: break
            case .closed:
                takeOthers(&stage)
                stage.finish(at: clock.now)
                reporting.report(&stage, at: clock.now)
                return
            }
            let now = clock.now
            // A clock that was set back would hold up expiry until it has caught up.
            guard now >= nextExpiry || nextExpiry - now > Self.expiryInterval else { continue }
            takeOthers(&stage)
            stage.change { files.followChanges(into: &$0, at: now, logger) }
            stage.expire(at: clock.now)
            reporting.advance(&stage, at: now)
            nextExpiry = now + Self.expiryInterval
        }
    }

    private func take(_ observation: Observation, _ stage: inout MeteringStage) {
        var observation = observation
        observation.time = clock.now
        recording?.append(observation)
        stage.meter(observation)
    }

    private func takeFirstPods(_ stage: inout MeteringStage) {
        if case .element(let first) = pods.take(timeout: Self.patienceForPods) {
            take(Observation(time: clock.now, pods: first), &stage)
        } else {
            logger.warning("no pods known yet: is ovsdb-server running?")
        }
    }

    /// What does not come by the inbox.
    private func takeOthers(_ stage: inout MeteringStage) {
        var observation = Observation(time: clock.now)
        while case .element(let next) = pods.take(timeout: .zero) { observation.pods = next }
        while observation.denied.count < denied.capacity, case .element(let packet) = denied.take(timeout: .zero) {
            observation.denied.append(packet)
        }
        if observation.pods != nil || !observation.denied.isEmpty { take(observation, &stage) }
        while case .element(let statistics) = counted.take(timeout: .zero) {
            take(Observation(time: clock.now, switchStatistics: statistics), &stage)
        }
    }
}
