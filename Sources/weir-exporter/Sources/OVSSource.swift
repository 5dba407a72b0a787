// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging
import Metering
import OpenVSwitch

/// Open vSwitch's connection tracking, with counters from an accounting table where there is one.
final class OVSSource: ConnectionSource {
    let name = "ovs"
    /// What dumping has cost the node's traffic.
    private(set) var budget: DumpBudget
    /// As of the last poll; nil until there was one.
    private(set) var tableUse: ConntrackTableUse?

    private let conntrack: OVSConntrack
    private let accounting: Accounting?
    private let clock: () -> Timestamp
    private let interval: Duration
    private let logger: Logger
    private var isStretched = false

    private final class Accounting {
        let client: OpenFlowClient
        let table: UInt8
        var accounts = DirectionAccounts()

        init(client: OpenFlowClient, table: UInt8) {
            self.client = client
            self.table = table
        }
    }

    /// - Parameters:
    ///   - dumpShare: the greatest part of the time that dumps may stop the node's traffic.
    ///   - interval: how often it is to be polled; longer intervals are told.
    ///   - clock: when flows were counted.
    init(
        runDirectory: String, bridge: String, accountingTable: UInt8?, dumpShare: Double = 0.02, interval: Duration, logger: Logger,
        clock: @escaping () -> Timestamp
    ) {
        conntrack = OVSConntrack(client: UnixctlClient(runDirectory: runDirectory), localTime: .system)
        accounting = accountingTable.map {
            Accounting(client: OpenFlowClient(socketPath: "\(runDirectory)/\(bridge).mgmt"), table: $0)
        }
        budget = DumpBudget(share: dumpShare)
        self.interval = interval
        self.logger = logger
        self.clock = clock
    }

    func poll(_ take: (Connection) -> Void) throws -> SourceReading {
        // An error here fails the poll: connections without the counters they had would look like others.
        try readAccounts()
        let now = clock()
        var read = 0
        let statistics = try conntrack.poll { connection in
            var connection = connection
            accounting?.accounts.count(&connection, at: now)
            read += 1
            take(connection)
        }
        accounting?.accounts.finishPoll(isWhole: statistics.isWhole)
        budget.note(stall: statistics.stall, connections: read)
        noteTableUse(try conntrack.tableUse())
        let leastInterval = budget.leastInterval(connections: tableUse?.connections)
        noteInterval(leastInterval)
        return SourceReading(
            rejected: statistics.lines.rejected + statistics.lines.tooLong, sample: statistics.lines.firstRejected.first?.description,
            isWhole: statistics.isWhole, duration: statistics.duration, leastInterval: leastInterval)
    }

    private func readAccounts() throws {
        guard let accounting else { return }
        accounting.accounts.update(try accounting.client.accounting(table: accounting.table, cookie: 0, mask: 0), at: clock())
    }

    private func noteTableUse(_ use: ConntrackTableUse) {
        if let refused = use.refused, let before = tableUse?.refused, refused > before {
            logger.warning(
                "connections refused by a full table; raise it with ovs-appctl dpctl/ct-set-maxconns",
                metadata: ["refused": "\(refused - before)", "maximum": "\(use.maximum.map(String.init) ?? "unknown")"])
        }
        tableUse = use
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
