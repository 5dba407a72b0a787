// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Connections by key and by place. Those of one key form a chain, the newest first; a place stays a connection's until it is removed.
///
/// ```
///   index: hash → place of the key's newest      segments: ┌ 4096 connections ┐┌ 4096 connections ┐ …      rare facts by place
/// ```
///
/// Connections have a fixed size and never move: the table grows by a segment, without a pause to copy what it has.
struct ConnectionTable: Sendable {
    var wheel = DeadlineWheel()

    /// Connections that one key may have; a sender who invents starts makes no chain longer.
    static let maximumChain = 16
    private static let segmentLength = 4096

    private var index = ConnectionIndex()
    private var segments: [[MediatedConnection]] = []
    private var rareFacts: [UInt32: RareFacts] = [:]
    private var free: [UInt32] = []
    private var used = 0
    private var hand = -1
    private var nextConnection: Int64
    private let seed: UInt64

    init(firstConnection: Int64, seed: UInt64) {
        nextConnection = firstConnection
        self.seed = seed
    }

    var count: Int { used - free.count }

    var places: [UInt32] { (0..<UInt32(used)).filter { !self[$0].isFree } }

    /// Goes round the places, so that each connection has its time before room is made of it.
    mutating func nextPlace() -> UInt32? {
        guard count > 0 else { return nil }
        repeat { hand = hand + 1 < used ? hand + 1 : 0 } while self[UInt32(hand)].isFree
        return UInt32(hand)
    }

    /// The place must have been given out.
    subscript(place: UInt32) -> MediatedConnection {
        @inline(__always) _read { yield segments[Int(place) / Self.segmentLength][Int(place) % Self.segmentLength] }
        @inline(__always) _modify { yield &segments[Int(place) / Self.segmentLength][Int(place) % Self.segmentLength] }
    }

    func isScheduled(_ place: UInt32, _ slot: Int64) -> Bool { !self[place].isFree && Int64(self[place].slot) == slot }

    /// The nearest of a key's connections; `distance` is nil for those that are none of it.
    @inline(__always)
    func find(_ key: ConnectionKey, _ hash: UInt32, by distance: (borrowing MediatedConnection) -> UInt64?) -> UInt32? {
        var nearest: (place: UInt32, distance: UInt64)?
        var next = newest(of: key, hash)
        while let place = next {
            if let distance = distance(self[place]), distance < nearest?.distance ?? .max { nearest = (place, distance) }
            next = self[place].older
        }
        return nearest?.place
    }

    /// Reads a little of each slot and row that connections of some hashes have. None of the reads waits for another, so that all of them
    /// together take little longer than one; read when its record is merged, each would be waited for.
    ///
    /// - Returns: what was read, which means nothing but is not to be optimized away.
    func readAhead(_ hashes: Span<UInt32>) -> UInt64 {
        var seen: UInt64 = 0
        for index in hashes.indices { seen ^= UInt64(self.index.first(hashes[index])) }
        for index in hashes.indices {
            if let place = self.index.place(hashes[index]) { seen ^= self[place].aWordOfEachCacheLine }
        }
        return seen
    }

    /// Whether a key has a connection that something holds for, other than one.
    func contains(_ key: ConnectionKey, _ hash: UInt32, where isOne: (borrowing MediatedConnection) -> Bool, besides place: UInt32?) -> Bool
    {
        var next = newest(of: key, hash)
        while let other = next {
            if other != place, isOne(self[other]) { return true }
            next = self[other].older
        }
        return false
    }

    /// The oldest connection of a key that has as many as it may have.
    func surplus(of key: ConnectionKey, _ hash: UInt32) -> UInt32? {
        var next = newest(of: key, hash), length = 0
        while let place = next {
            length += 1
            next = self[place].older
            if next == nil { return length >= Self.maximumChain ? place : nil }
        }
        return nil
    }

    /// A new connection, of which nothing is known but its key.
    mutating func insert(_ key: ConnectionKey, _ hash: UInt32, isResumed: Bool, at now: Timestamp) -> UInt32 {
        defer { nextConnection += 1 }
        return insert(MediatedConnection(id: nextConnection, key: key, isResumed: isResumed, at: now), hash)
    }

    mutating func insert(_ connection: MediatedConnection, _ hash: UInt32) -> UInt32 {
        let place = newPlace()
        let older = newest(of: connection.key, hash)
        self[place] = connection
        self[place].older = older
        if let older { index.replace(hash, older, by: place) } else { index.insert(hash, place) }
        return place
    }

    private mutating func newPlace() -> UInt32 {
        if let reused = free.popLast() { return reused }
        if used == segments.count * Self.segmentLength {
            segments.append([MediatedConnection](repeating: .free, count: Self.segmentLength))
        }
        used += 1
        return UInt32(used - 1)
    }

    @inline(__always)
    private func newest(of key: ConnectionKey, _ hash: UInt32) -> UInt32? {
        index.find(hash) { self[$0].key == key }
    }

    func hash(of key: ConnectionKey) -> UInt32 { key.hash(seed: seed) }

    mutating func schedule(_ place: UInt32, at time: Timestamp, now: Timestamp) {
        self[place].slot = UInt32(clamping: wheel.schedule(place, at: time, now: now))
    }

    mutating func remove(_ place: UInt32) {
        let hash = self[place].key.hash(seed: seed)
        let older = self[place].older
        if let newest = newest(of: self[place].key, hash), newest != place {
            unlink(place, from: newest)
        } else if let older {
            index.replace(hash, place, by: older)
        } else {
            index.remove(hash, place)
        }
        keep(nil, of: place)
        self[place] = .free
        free.append(place)
    }

    private mutating func unlink(_ place: UInt32, from newest: UInt32) {
        var newer = newest
        while let next = self[newer].older {
            if next == place {
                self[newer].older = self[place].older
                return
            }
            newer = next
        }
    }
}

extension ConnectionTable {
    /// All that is known of a connection beside its counters, as a record.
    func facts(of place: UInt32) -> FlowRecord {
        var flow = self[place].commonFacts
        if self[place].hasRareFacts { rareFacts[place]?.write(to: &flow) }
        if self[place][.hasClient] { flow.swapClient() }
        return flow
    }

    mutating func keepFacts(_ flow: FlowRecord, of place: UInt32) {
        var flow = flow
        if self[place][.hasClient] { flow.swapClient() }
        self[place].keepCommonFacts(flow)
        if self[place].hasRareFacts || !RareFacts.fields.allSatisfy({ !flow.isKnown($0) }) { keep(RareFacts(flow), of: place) }
    }

    private mutating func keep(_ facts: RareFacts?, of place: UInt32) {
        guard facts != nil || self[place].hasRareFacts else { return }
        rareFacts[place] = facts
        self[place].hasRareFacts = facts != nil
    }
}
