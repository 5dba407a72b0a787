// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Logging
import Metering
import OpenVSwitch

/// Open vSwitch's connection tracking, with counters from elsewhere where it has none.
final class OVSSource: ConnectionSource {
    let name: String
    /// What dumping has cost the node's traffic.
    private(set) var budget: DumpBudget
    /// As of the last poll; nil until there was one.
    private(set) var tableUse: ConntrackTableUse?

    private let conntrack: OVSConntrack
    private let counting: (any DirectionCounting)?
    private let interval: Duration
    private let counters: NodeCounters
    private let logger: Logger
    private var isStretched = false

    /// - Parameters:
    ///   - dumpShare: the greatest part of the time that dumps may stop the node's traffic.
    ///   - interval: how often it is to be polled; longer intervals are told.
    init(
        name: String, runDirectory: String, counting: (any DirectionCounting)?, dumpShare: Double = 0.02, interval: Duration,
        counters: NodeCounters, logger: Logger
    ) {
        self.name = name
        conntrack = OVSConntrack(client: UnixctlClient(runDirectory: runDirectory), localTime: .system)
        self.counting = counting
        budget = DumpBudget(share: dumpShare)
        self.interval = interval
        self.counters = counters
        self.logger = logger
    }

    func poll(_ take: (Connection) -> Void) throws -> SourceReading {
        try counting?.update()
        var read = 0
        let statistics = try conntrack.poll { connection in
            var connection = connection
            counting?.count(&connection)
            read += 1
            take(connection)
        }
        counting?.finishPoll(isWhole: statistics.isWhole)
        budget.note(stall: statistics.stall, connections: read)
        counters.set(.dumpStallMilliseconds, UInt64(clamping: budget.stall.wholeMilliseconds))
        // The dump is whole without it.
        if let use = try? conntrack.tableUse() { noteTableUse(use) }
        let leastInterval = budget.leastInterval(connections: tableUse?.connections)
        noteInterval(leastInterval)
        return SourceReading(
            rejected: statistics.lines.rejected + statistics.lines.tooLong, sample: statistics.lines.firstRejected.first?.description,
            isWhole: statistics.isWhole, duration: statistics.duration, leastInterval: leastInterval)
    }

    func stop() { counting?.stop() }

    private func noteTableUse(_ use: ConntrackTableUse) {
        if let refused = use.refused, let before = tableUse?.refused, refused > before {
            logger.warning(
                "connections refused by a full table; raise it with ovs-appctl dpctl/ct-set-maxconns",
                metadata: ["refused": "\(refused - before)", "maximum": "\(use.maximum.map(String.init) ?? "unknown")"])
        }
        tableUse = use
        if let connections = use.connections { counters.set(.datapathConntrackEntries, UInt64(clamping: connections)) }
        if let maximum = use.maximum { counters.set(.datapathConntrackMaximum, UInt64(clamping: maximum)) }
        if let refused = use.refused { counters.set(.datapathConntrackRefused, refused) }
    }

    /// Says once when the interval becomes longer than asked, and once when it is as asked again.
    private func noteInterval(_ least: Duration) {
        guard (least > interval) != isStretched else { return }
        isStretched.toggle()
        let metadata: Logger.Metadata = [
            "stall": "\(budget.lastStall)", "interval": "\(least)", "connections": "\(tableUse?.connections.map(String.init) ?? "unknown")",
        ]
        if isStretched {
            logger.warning(
                "connections read less often: each dump stops the switch's traffic; allow more with --dump-share, or shorten the table with timeouts or ct-set-maxconns",
                metadata: metadata)
        } else {
            logger.notice("connections read as often as asked again", metadata: metadata)
        }
    }
}
