// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What one collector has been told of one connection: its cursor.
struct ReportState: Sendable {
    /// Zero until counters were reported.
    private(set) var counters = Connection.Counters()
    /// By the process's own time; at first when the connection was first seen.
    private(set) var lastReport: Timestamp
    /// The change of the connection that was reported last.
    private var changes: UInt32 = 0
    private(set) var isEndReported = false
    /// Whether the slot waits for the collector to come back.
    var isWaiting = false

    init(at now: Timestamp, alreadyReported: Connection.Counters?) {
        lastReport = now
        counters = alreadyReported ?? Connection.Counters()
    }

    func hasUnreported(of connection: MeteredConnection) -> Bool {
        connection.changes != changes || (connection.isOver && !isEndReported)
    }

    /// Why a record is due; nil when none is.
    func reason(for connection: MeteredConnection, at now: Timestamp, _ timeouts: Timeouts, isFlushing: Bool) -> FlowEndReason? {
        guard hasUnreported(of: connection) else { return nil }
        if connection.isOver { return connection.ending == .evicted ? .lackOfResources : .endOfFlow }
        if isFlushing || now - lastReport >= timeouts.active { return .activeTimeout }
        return now - connection.lastActive >= timeouts.idle ? .idleTimeout : nil
    }

    /// When what is unreported becomes due, should nothing more happen.
    func deadline(of connection: MeteredConnection, _ timeouts: Timeouts) -> Timestamp? {
        guard hasUnreported(of: connection) else { return nil }
        return min(lastReport + timeouts.active, connection.lastActive + timeouts.idle)
    }

    /// Notes that a record of the present state has been made.
    mutating func noteReport(of connection: MeteredConnection, at now: Timestamp) {
        lastReport = now
        // A source may not know the counters for a while; what was reported of them stays reported.
        counters = connection.connection.counters ?? counters
        changes = connection.changes
        isEndReported = connection.isOver
    }
}

/// The timeouts of a Metering Process.
struct Timeouts: Sendable {
    let active, idle: Duration
}
