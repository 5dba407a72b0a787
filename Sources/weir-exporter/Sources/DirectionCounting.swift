// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import OpenVSwitch

/// Counts connections' directions where connection tracking does not count. Used by the thread of one source.
protocol DirectionCounting: AnyObject {
    /// Takes in what has been counted until now.
    ///
    /// - Throws: when that is not to be had; the poll then fails, for connections without the counters they had would look like others.
    func update() throws

    /// Gives a connection its counters, where they are known.
    func count(_ connection: inout Connection)

    /// - Parameter isWhole: whether a connection that was missing has ended.
    func finishPoll(isWhole: Bool)

    /// Takes back what was changed on the node.
    func stop()
}

/// Counters from a table of learned flows, one for each direction of a connection.
final class AccountingTable: DirectionCounting {
    private let client: OpenFlowClient
    private let table: UInt8
    private let clock: () -> Timestamp
    private var accounts = DirectionAccounts(place: .translated)

    init(client: OpenFlowClient, table: UInt8, clock: @escaping () -> Timestamp) {
        self.client = client
        self.table = table
        self.clock = clock
    }

    func update() throws {
        accounts.update(try client.accounting(table: table, cookie: 0, mask: 0), at: clock())
    }

    func count(_ connection: inout Connection) { accounts.count(&connection, at: clock()) }
    func finishPoll(isWhole: Bool) { accounts.finishPoll(isWhole: isWhole) }
    func stop() {}
}
