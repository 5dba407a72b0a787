// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX
import Logging
import Mediation
import Synchronization
import Testing

@testable import Kubernetes

/// A cluster as a ``ClusterWatch`` tells it.
final class FollowedCluster: Sendable {
    struct State: Sendable {
        /// By name, with their addresses.
        var pods: [String: [IPAddress]] = [:]
        var services: Set<String> = []
        var nodes: Set<String> = []
        /// Pods of the list that is under way.
        var listed: Set<String>?
        /// How often a list of pods was complete.
        var lists = 0
    }

    private let box: StateBox
    private let watch: ClusterWatch

    init(_ server: APIServer) {
        let state = StateBox()
        box = state
        watch = ClusterWatch(
            server, userAgent: "weir-test", clock: { Timestamp(seconds: 1_800_000_000) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, deliver: { state.take($0) })
    }

    deinit { watch.stop() }

    var now: State { box.state.withLock { $0 } }
    var pods: WatchStatistics { watch.statistics[.pods] ?? WatchStatistics() }
    var isSynchronized: Bool { watch.isSynchronized }
    func stop() { watch.stop() }

    /// False when it has not come to that in thirty seconds.
    func waits(until isSo: (FollowedCluster) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if isSo(self) { return true }
            usleep(2000)
        }
        return false
    }
}

/// Applies changes as they come.
private final class StateBox: Sendable {
    let state = Mutex(FollowedCluster.State())

    func take(_ change: ClusterChange) -> Bool {
        state.withLock { state in
            switch change {
            case .listing(.pods): state.listed = []
            case .objects(let objects, _):
                for pod in objects.pods {
                    state.pods[pod.name] = pod.addresses
                    state.listed?.insert(pod.name)
                }
                state.services.formUnion(objects.services.map(\.name))
                state.nodes.formUnion(objects.nodes.map(\.name))
            case .removed(.pods, _, let name, _): state.pods[name] = nil
            case .listed(.pods, _):
                let listed = state.listed ?? []
                state.pods = state.pods.filter { listed.contains($0.key) }
                state.listed = nil
                state.lists += 1
            default: break
            }
            return true
        }
    }
}
