// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The connections that are being metered: the Metering Process's cache (RFC 6728 §4.3), one for all collectors.
///
/// A connection is found by its key: original tuple, protocol and zone. The one before it on the same key is found as well for a
/// while, so that late word of it changes its own counters. At most `capacity` are open and `endedCapacity` ended at once.
struct ConnectionStore: Sendable {
    /// The slots that have the key of an observation.
    struct Found {
        var latest: UInt32?
        /// One that the latest replaced and that the observation is of.
        var past: UInt32?
        /// The one that was replaced first.
        var oldestPast: UInt32?
        var pastCount = 0
    }

    enum Outcome: Sendable {
        case updated, inserted
        /// It says nothing that is not known better.
        case stale
        /// Another source sees the same connection.
        case ofAnotherSource
        /// There is no room for it.
        case full
    }

    /// What an observation did.
    struct Effect {
        var outcome: Outcome
        /// The connection that was observed, if it is stored.
        var slot: UInt32?
        /// One that it put an end to: replaced, or evicted.
        var ended: UInt32?
        var wasEvicted = false
    }

    struct PollState {
        var number: UInt32 = 0
        /// When the poll before the present one began, by the clock of the records.
        var previousBegan: Timestamp?
        var began: Timestamp?
    }

    /// How long an ended connection is remembered, for word of it that comes late.
    static let lingering = Duration.seconds(15)
    /// How many polls of its source must have begun since.
    static let lingeringPolls: UInt32 = 2

    /// How many connections before the latest one are found under a key.
    static let pastsPerKey = 8

    let capacity, endedCapacity: Int
    let idleTimeout: Duration
    var openCount = 0
    private(set) var endedCount = 0
    var connections = Slab<MeteredConnection>()
    private var free: [UInt32] = []
    var index = ConnectionIndex()
    var idleOrder = IdleOrder()
    private var ended = FIFO<(slot: UInt32, serial: UInt64)>()
    private var endSerial: UInt64 = 0
    private var polls: [PollState] = []
    /// What was counted before a connection's counters were set to zero; few ever are.
    var bases: [UInt32: Connection.Counters] = [:]
    /// Whether a connection that was seen may be unknown, for lack of room.
    var hasForgotten = false
    let seed: UInt64

    init(capacity: Int, endedCapacity: Int, idleTimeout: Duration, seed: UInt64) {
        self.capacity = capacity
        self.endedCapacity = endedCapacity
        self.idleTimeout = idleTimeout
        self.seed = seed
    }

    /// Slots, free ones included: all are below this.
    var slotCount: UInt32 { connections.count }

    subscript(slot: UInt32) -> MeteredConnection {
        get { connections[slot] }
        _modify { yield &connections[slot] }
    }

    func find(_ connection: Connection) -> Found {
        var found = Found()
        index.forEach(hash: connection.keyHash(seed: seed)) { slot in
            guard connections[slot].connection.hasSameKey(as: connection) else { return true }
            if connections[slot].role == .latest {
                found.latest = slot
                return true
            }
            found.pastCount += 1
            if connections[slot].isContinued(by: connection) { found.past = slot }
            if found.oldestPast.map({ connections[slot].endSerial < connections[$0].endSerial }) ?? true { found.oldestPast = slot }
            return true
        }
        return found
    }

    mutating func beginPoll(of source: SourceID, at now: Timestamp) {
        while polls.count <= Int(source.rawValue) { polls.append(PollState()) }
        polls[Int(source.rawValue)].number += 1
        polls[Int(source.rawValue)].previousBegan = polls[Int(source.rawValue)].began
        polls[Int(source.rawValue)].began = now
    }

    func poll(of source: SourceID) -> PollState {
        Int(source.rawValue) < polls.count ? polls[Int(source.rawValue)] : PollState()
    }

    /// Ends the open connections that the source's poll has not shown.
    mutating func closeMissing(of source: SourceID, at now: Moment, _ closed: (UInt32) -> Void) {
        let number = poll(of: source).number
        for slot in 0..<connections.count {
            let connection = connections[slot]
            guard connection.role != .none, !connection.isClosed, connection.source == source, connection.pollNumber != number else {
                continue
            }
            close(slot, .missing, at: now)
            closed(slot)
        }
    }
}

extension ConnectionStore {
    mutating func place(_ connection: Connection, from source: SourceID, at now: Moment) -> UInt32 {
        let metered = MeteredConnection(connection, at: now, from: source, pollNumber: poll(of: source).number)
        if let slot = free.popLast() {
            connections[slot] = metered
            return slot
        }
        connections.append(metered)
        return connections.count - 1
    }

    mutating func close(_ slot: UInt32, _ ending: MeteredConnection.Ending, at now: Moment) {
        endSerial += 1
        connections[slot].close(ending, at: now, pollNumber: poll(of: connections[slot].source).number, serial: endSerial)
        idleOrder.remove(slot)
        ended.append((slot, endSerial))
        openCount -= 1
        endedCount += 1
    }

    mutating func reopen(_ slot: UInt32) {
        connections[slot].reopen()
        idleOrder.append(slot)
        openCount += 1
        endedCount -= 1
    }

    /// The connection that ended first, if that is a while ago or there are more than `endedCapacity`.
    mutating func oldestToForget(at now: Timestamp) -> (slot: UInt32, isOneTooMany: Bool)? {
        while let (slot, serial) = ended.first {
            if connections[slot].endSerial == serial {
                let isOneTooMany = endedCount > endedCapacity
                return isOneTooMany || isForgettable(connections[slot], at: now) ? (slot, isOneTooMany) : nil
            }
            // It was opened again, and has ended again or is open.
            _ = ended.popFirst()
        }
        return nil
    }

    /// Time alone would not do: a clock that is set forward must not make late word of an end look like another connection.
    private func isForgettable(_ connection: MeteredConnection, at now: Timestamp) -> Bool {
        now - connection.endTime >= Self.lingering && poll(of: connection.source).number >= connection.endPollNumber + Self.lingeringPolls
    }

    /// Forgets what ``oldestToForget(at:)`` named.
    mutating func forgetOldest() {
        guard let (slot, _) = ended.popFirst() else { return }
        forget(slot)
    }

    private mutating func forget(_ slot: UInt32) {
        if connections[slot].role != .unfound { index.remove(slot, hash: connections[slot].connection.keyHash(seed: seed)) }
        connections[slot].role = .none
        connections[slot].reopen()
        bases[slot] = nil
        free.append(slot)
        endedCount -= 1
    }
}
