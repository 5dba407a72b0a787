// SPDX-License-Identifier: Apache-2.0

import Conntrack
import FlowModel
import IPFIX
import Logging
import Metering

/// The table of the kernel's connection tracking in one network namespace, read poll by poll.
final class KernelSource: ConnectionSource {
    let name = "conntrack"

    private var conntrack: KernelConntrack
    private let zones: [UInt16]?
    private var losses: KernelLosses
    private let counters: NodeCounters

    /// Opens netlink and switches on what the kernel does not count by itself, saying so.
    ///
    /// - Parameters:
    ///   - zones: those to meter; none meters all.
    ///   - namespace: a name of /run/netns or a path; nil is the one the program runs in.
    init(zones: Set<UInt16>, namespace: String? = nil, counters: NodeCounters, logger: Logger) throws(ConntrackError) {
        self.counters = counters
        conntrack = try Self.inside(namespace) { () throws(ConntrackError) in
            let conntrack = try KernelConntrack()
            Self.switchOn(logger)
            return conntrack
        }
        self.zones = zones.isEmpty ? nil : zones.sorted()
        losses = KernelLosses(logger: logger)
    }

    func poll(_ take: (Connection) -> Void) throws -> SourceReading {
        let statistics = try conntrack.poll(zones: zones, take)
        note(try conntrack.statistics())
        let rejected = statistics.rejected.values.reduce(0, +)
        return SourceReading(
            rejected: rejected, sample: statistics.rejected.first.map { "\($0.key)" },
            isWhole: rejected == 0 && statistics.overCapacity == 0 && !statistics.isInconsistent, duration: statistics.duration)
    }

    private func note(_ state: ConntrackStatistics) {
        losses.note(state)
        counters.set(.conntrackEntries, UInt64(state.entries))
        if let maximum = state.maximum { counters.set(.conntrackMaximum, UInt64(maximum)) }
        counters.set(.conntrackInsertFailed, losses.total[.insertFailed])
        counters.set(.conntrackDropped, losses.total[.drop])
        counters.set(.conntrackEarlyDropped, losses.total[.earlyDrop])
        counters.set(.conntrackChainTooLong, losses.total[.chainTooLong])
    }

    /// Runs `body` in a network namespace, or where the program is.
    static func inside<Value: ~Copyable>(
        _ namespace: String?, _ body: () throws(ConntrackError) -> Value
    ) throws(ConntrackError) -> Value {
        guard let namespace else { return try body() }
        return try NetworkNamespace.inside(namespace, body)
    }

    private static func switchOn(_ logger: Logger) {
        let report = KernelAccounting().switchOn()
        for setting in report.switchedOn {
            logger.notice("switched on; connections that exist already stay as they are", metadata: ["setting": "\(setting.rawValue)"])
        }
        for (setting, error) in report.failed {
            logger.warning("is off: what it gives stays unknown", metadata: ["setting": "\(setting.rawValue)", "cause": "\(error)"])
        }
    }
}
