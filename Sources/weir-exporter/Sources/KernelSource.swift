// SPDX-License-Identifier: Apache-2.0

import Conntrack
import Logging
import Metering

/// The kernel's connection tracking in this network namespace.
final class KernelSource: ConnectionSource {
    let name = "conntrack"

    private var conntrack: KernelConntrack
    private let zones: [UInt16]?

    /// Opens netlink and switches on what the kernel does not count by itself, saying so.
    init(zones: Set<UInt16>, logger: Logger) throws(ConntrackError) {
        conntrack = try KernelConntrack()
        self.zones = zones.isEmpty ? nil : zones.sorted()
        let report = KernelAccounting().switchOn()
        for setting in report.switchedOn {
            logger.notice("switched on; connections that exist already stay as they are", metadata: ["setting": "\(setting.rawValue)"])
        }
        for (setting, error) in report.failed {
            logger.warning("is off: what it gives stays unknown", metadata: ["setting": "\(setting.rawValue)", "cause": "\(error)"])
        }
    }

    func poll(_ take: (Connection) -> Void) throws -> SourceReading {
        var connections: [Connection] = []
        let statistics = try conntrack.poll(zones: zones, into: &connections)
        connections.forEach(take)
        let rejected = statistics.rejected.values.reduce(0, +)
        return SourceReading(
            rejected: rejected, sample: statistics.rejected.first.map { "\($0.key)" },
            isWhole: rejected == 0 && statistics.overCapacity == 0 && !statistics.isInconsistent, duration: statistics.duration)
    }
}
