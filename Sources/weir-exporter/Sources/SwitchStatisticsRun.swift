// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIX
import Logging
import Metering
import OpenVSwitch
import Synchronization

/// What a bridge has counted by policy rule and by port since the reading before.
struct SwitchStatistics: Hashable, Sendable {
    var rules: [RuleStatistics]
    var ports: [PortStatistics]
}

/// Reads a bridge's flow and port statistics at an interval of its own; the loop of one thread.
struct SwitchStatisticsRun {
    let socketPath: String
    let nodeName: String
    let policy: PolicyFlows
    let interval: Duration
    let ports: KnownPorts
    let counters: NodeCounters
    let stopping: Mailbox<Void>
    let clock: SteadyClock
    let logger: Logger

    /// A switch that does not answer must not hold up the end of the program.
    private static let patience = Duration.seconds(3)

    /// Blocks until `stopping` is closed.
    ///
    /// - Parameter deliver: gets each reading that could be made, those in which nothing was counted included.
    func run(deliver: (SwitchStatistics) -> Void) {
        let client = OpenFlowClient(socketPath: socketPath, timeout: Self.patience)
        var rules = RuleMeter(nodeName: nodeName)
        var meter = PortMeter(nodeName: nodeName)
        while true {
            do {
                let ruleCounts = try client.ruleCounts(policy)
                let portCounts = try client.portCounts()
                let now = clock.now
                deliver(
                    SwitchStatistics(
                        rules: rules.observe(ruleCounts, at: now), ports: meter.observe(portCounts, ports: ports.current, at: now)))
                counters.set(.switchCountersReset, rules.resets + meter.resets)
            } catch {
                counters.add(1, to: .readingsFailed)
                // What is counted meanwhile is in the next reading, unless the switch restarts.
                logger.warning("flow and port statistics not read, trying again", metadata: ["cause": "\(error)"])
            }
            if case .closed = stopping.take(timeout: interval) { return }
        }
    }
}

/// The ports of the bridge as they were told last.
final class KnownPorts: Sendable {
    private let ports = Mutex<[SwitchPort]>([])

    var current: [SwitchPort] { ports.withLock { $0 } }

    func update(_ next: [SwitchPort]) { ports.withLock { $0 = next } }
}
