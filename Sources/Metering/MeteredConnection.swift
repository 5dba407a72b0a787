// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// One connection between its first observation and its last record.
struct MeteredConnection: Sendable {
    /// As observed last.
    private(set) var connection: Connection
    let start: Timestamp
    /// The poll that saw it last, by number and by time.
    private(set) var pollNumber: UInt64
    private(set) var lastSeen: Timestamp
    /// When something of it changed last.
    private(set) var lastActive: Timestamp
    private(set) var hasUnreportedChange = true
    private(set) var lastReport: Timestamp
    private(set) var reportedCounters: Connection.Counters?
    private(set) var isEndReported = false
    /// Names are looked up until both are known; a pod that a port names later is found then.
    var sourcePod: PodReference?
    var destinationPod: PodReference?

    /// A pod of this node by the ids of its names.
    struct PodReference: Sendable, Hashable {
        let name: NameID
        let namespace: NameID
    }

    init(_ connection: Connection, at now: Timestamp, pollNumber: UInt64) {
        self.connection = connection
        self.pollNumber = pollNumber
        start = connection.start ?? now
        lastSeen = now
        lastActive = now
        lastReport = now
    }

    var hasEnded: Bool { connection.tcpState?.isEnded ?? false || connection.status.contains(.dying) }

    /// Whether an observation of the same tuple is of this connection still.
    func isContinued(by next: Connection) -> Bool {
        if let id = connection.id, let nextID = next.id, id != nextID { return false }
        if let nextStart = next.start, let start = connection.start, nextStart != start { return false }
        if let counters = connection.counters, let nextCounters = next.counters, nextCounters.isBelow(counters) { return false }
        // The userspace datapath has neither id nor start: there a closed connection that opens again is another.
        if hasEnded, let state = next.tcpState, state.isOpening { return false }
        return true
    }

    mutating func update(_ next: Connection, at now: Timestamp, pollNumber: UInt64) {
        let isActive = next.counters != connection.counters || next.tcpState != connection.tcpState || wasRefreshed(by: next, at: now)
        connection = next
        self.pollNumber = pollNumber
        lastSeen = now
        guard isActive else { return }
        lastActive = now
        hasUnreportedChange = true
    }

    /// Where nothing is counted, an entry whose time left has grown has seen a packet.
    private func wasRefreshed(by next: Connection, at now: Timestamp) -> Bool {
        guard next.counters == nil, let before = connection.timeoutSeconds, let after = next.timeoutSeconds else { return false }
        let elapsed = max(0, (now - lastSeen).components.seconds)
        return Int64(after) > Int64(before) - elapsed + 1
    }

    /// Notes that a record of the present state has been made.
    mutating func noteReport(at now: Timestamp, isEnd: Bool) {
        lastReport = now
        // A source may not know the counters for a while; what was reported of them stays reported.
        reportedCounters = connection.counters ?? reportedCounters
        hasUnreportedChange = false
        isEndReported = isEndReported || isEnd
    }
}

extension Connection.Counters {
    /// Counters only grow; less of anything is another connection.
    fileprivate func isBelow(_ other: Self) -> Bool {
        packets < other.packets || octets < other.octets || reversePackets < other.reversePackets || reverseOctets < other.reverseOctets
    }
}
