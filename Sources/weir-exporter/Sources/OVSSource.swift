// SPDX-License-Identifier: Apache-2.0

import Glibc
import IPFIX
import Metering
import OpenVSwitch

/// Open vSwitch's connection tracking, with counters from an accounting table where there is one.
final class OVSSource: ConnectionSource {
    let name = "ovs"

    private let conntrack: OVSConntrack
    private let accounting: Accounting?
    private let clock: () -> Timestamp

    private final class Accounting {
        let client: OpenFlowClient
        let table: UInt8
        var accounts = DirectionAccounts()

        init(client: OpenFlowClient, table: UInt8) {
            self.client = client
            self.table = table
        }
    }

    /// - Parameter clock: when flows were counted.
    init(runDirectory: String, bridge: String, accountingTable: UInt8?, clock: @escaping () -> Timestamp) {
        conntrack = OVSConntrack(client: UnixctlClient(runDirectory: runDirectory), utcOffsetSeconds: Self.utcOffsetSeconds)
        accounting = accountingTable.map {
            Accounting(client: OpenFlowClient(socketPath: "\(runDirectory)/\(bridge).mgmt"), table: $0)
        }
        self.clock = clock
    }

    func poll(_ take: (Connection) -> Void) throws -> SourceReading {
        var read: [Connection] = []
        let statistics = try conntrack.poll(into: &read)
        let isWhole = statistics.lines.beyondCapacity == 0 && statistics.lines.rejected == 0 && statistics.lines.tooLong == 0
        if let accounting {
            // An error here fails the poll: connections without the counters they had would look like others.
            accounting.accounts.update(try accounting.client.accounting(table: accounting.table, cookie: 0, mask: 0), at: clock())
            for index in read.indices where read[index].counters == nil {
                read[index].counters = accounting.accounts.counters(of: read[index])
            }
        }
        read.forEach(take)
        return SourceReading(
            rejected: statistics.lines.rejected + statistics.lines.tooLong, sample: statistics.lines.firstRejected.first?.description,
            isWhole: isWhole, duration: statistics.duration)
    }

    /// ovs-vswitchd prints local times; it runs on this machine.
    private static var utcOffsetSeconds: Int {
        var now = time(nil)
        var parts = unsafe tm()
        unsafe localtime_r(&now, &parts)
        return unsafe Int(parts.tm_gmtoff)
    }
}
