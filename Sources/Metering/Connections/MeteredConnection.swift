// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// One connection from its first observation until every collector has its last record.
///
/// ```
///            update                       reopened by a sighting after it was only missing
///            ┌────┐                        ┌───────────────────────────┐
///            │    ▼     destroyed, missing ▼ from a whole poll, replaced, evicted
///   first ──▶ open ───────────────────────▶ over ──▶ forgotten, a while after its last record
/// ```
///
/// An open connection whose TCP state is final has ended as well: it is reported at once, but its entry may still change.
struct MeteredConnection: Sendable {
    /// Why a connection is over.
    enum Ending: UInt8, Sendable {
        case none
        /// A whole poll did not show it.
        case missing
        /// Its source said so: what its last event counted is final.
        case destroyed
        /// Another has its tuple.
        case replaced
        /// There was no room.
        case evicted
    }

    /// As known: what a later observation left out is kept.
    private(set) var connection: Connection
    /// As records say; fixed once there is a record, because it tells this connection from others.
    private(set) var start: Timestamp
    let source: SourceID
    /// The poll of its source that goes on or was the last when it was seen last.
    private(set) var pollNumber: UInt32
    /// By the clock of the records. Never goes back.
    private(set) var lastSeen: Timestamp
    /// When something of it changed last, by the process's own time.
    private(set) var lastActive: Timestamp
    /// Counts changes, so that each collector knows which it was told of.
    private(set) var changes: UInt32 = 1
    private(set) var ending = Ending.none
    /// The poll of its source that went on or was the last when it ended.
    private(set) var endPollNumber: UInt32 = 0
    private(set) var endTime = Timestamp(milliseconds: 0)
    /// Tells this end from every other; 0 while it is open.
    private(set) var endSerial: UInt64 = 0
    /// What the store finds it as.
    var role = Role.latest
    var isRecorded = false
    /// Names are looked up until both are known; a pod that a port names later is found then.
    var sourcePod: PodReference?
    var destinationPod: PodReference?

    enum Role: UInt8, Sendable {
        case latest
        /// One before the latest of its key.
        case past
        /// One that cannot be found by its key.
        case unfound
        /// The slot is free.
        case none
    }

    /// A pod of this node by the ids of its names.
    struct PodReference: Sendable, Hashable {
        let name: NameID
        let namespace: NameID
    }

    init(_ connection: Connection, at now: Moment, from source: SourceID, pollNumber: UInt32) {
        self.connection = connection
        self.source = source
        self.pollNumber = pollNumber
        start = connection.start ?? now.wall
        lastSeen = now.wall
        lastActive = now.steady
    }

    var isClosed: Bool { ending != .none }

    /// Whether nothing but stray packets can follow.
    var isOver: Bool { isClosed || hasEnded }

    private var hasEnded: Bool { connection.tcpState?.isEnded ?? false || connection.status.contains(.dying) }

    /// Whether an observation of the same key is of this connection still.
    func isContinued(by next: Connection) -> Bool {
        if let id = connection.id, let nextID = next.id, id != nextID { return false }
        if let nextStart = next.start, let start = connection.start {
            // The same start is the same connection, even if somebody has set its counters to zero.
            return nextStart == start
        }
        if let counters = connection.counters, let nextCounters = next.counters, nextCounters.isBelow(counters) { return false }
        // The userspace datapath has neither id nor start: there a closed connection that opens again is another.
        if connection.id == nil || next.id == nil, hasEnded, let state = next.tcpState, state.isOpening { return false }
        return true
    }

    /// Whether an observation that is not of this connection is of an earlier one.
    func isAfter(_ other: Connection) -> Bool {
        guard let start = connection.start, let otherStart = other.start else { return false }
        return otherStart < start
    }

    /// Takes an observation of this connection.
    ///
    /// - Parameter base: what was counted before its counters were set to zero; changed when they have been set to zero again.
    mutating func update(_ next: Connection, at now: Moment, pollNumber: UInt32, base: inout Connection.Counters?) {
        let counters = total(next.counters, &base)
        let isActive =
            counters != connection.counters || (next.tcpState ?? connection.tcpState) != connection.tcpState
            || wasRefreshed(by: next, at: now.wall)
        connection.merge(next, counters: counters)
        if !isRecorded, let known = connection.start { start = known }
        self.pollNumber = pollNumber
        lastSeen = max(lastSeen, now.wall)
        guard isActive else { return }
        lastActive = now.steady
        changes &+= 1
    }

    /// Names that became known are a change, but no activity.
    mutating func noteNames() { changes &+= 1 }

    /// Counters only grow; less of any is a new count.
    private func total(_ next: Connection.Counters?, _ base: inout Connection.Counters?) -> Connection.Counters? {
        guard let next, let before = connection.counters else { return next ?? connection.counters }
        let total = next + (base ?? Connection.Counters())
        guard total.isBelow(before) else { return total }
        base = before
        return next + before
    }

    /// Where nothing is counted, an entry whose time left has grown has seen a packet.
    private func wasRefreshed(by next: Connection, at now: Timestamp) -> Bool {
        guard next.counters == nil, let before = connection.timeoutSeconds, let after = next.timeoutSeconds else { return false }
        let elapsed = max(0, (now - lastSeen).components.seconds)
        return Int64(after) > Int64(before) - elapsed + 1
    }

    mutating func close(_ ending: Ending, at now: Moment, pollNumber: UInt32, serial: UInt64) {
        self.ending = ending
        endPollNumber = pollNumber
        endTime = now.steady
        endSerial = serial
    }

    /// An end that was only inferred turns out to be final.
    mutating func confirmDestroyed() { ending = .destroyed }

    mutating func reopen() {
        ending = .none
        endSerial = 0
    }
}

extension Connection {
    /// Takes over what an observation says, and keeps what it leaves out.
    fileprivate mutating func merge(_ next: Connection, counters: Counters?) {
        let before = self
        self = next
        self.counters = counters
        id = next.id ?? before.id
        start = before.start ?? next.start
        stop = next.stop ?? before.stop
        tcpState = next.tcpState ?? before.tcpState
        timeoutSeconds = next.timeoutSeconds ?? before.timeoutSeconds
        if label == Label() { label = before.label }
        if mark == 0 { mark = before.mark }
    }
}

extension Connection.Counters {
    fileprivate func isBelow(_ other: Self) -> Bool {
        packets < other.packets || octets < other.octets || reversePackets < other.reversePackets || reverseOctets < other.reverseOctets
    }

    /// Wraps: a source's numbers must not stop a program.
    fileprivate static func + (a: Self, b: Self) -> Self {
        Self(
            packets: a.packets &+ b.packets, octets: a.octets &+ b.octets, reversePackets: a.reversePackets &+ b.reversePackets,
            reverseOctets: a.reverseOctets &+ b.reverseOctets)
    }
}
