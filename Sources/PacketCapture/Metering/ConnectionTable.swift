// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The connections of a ``PacketMeter``, found by key and, in the order of their silence, by timeout.
///
/// Nothing is allocated but when there are more connections than there ever were. Each kind of timeout has a list whose first has been
/// silent longest, so that what is due is found without looking at the rest.
struct ConnectionTable: ~Copyable {
    /// The place of a connection until it is removed.
    typealias Index = Int32

    private struct Entry {
        var connection: PacketConnection
        var hash: UInt32
        var kind: Int
        /// When its last packet came, by a clock that does not go back; milliseconds.
        var touched: Int64
        var previous: Index
        var next: Index
        var isPresent: Bool
        /// Of the place rather than of what is in it.
        var isListed = false
    }

    private struct List {
        var head: Index = none
        var tail: Index = none
    }

    private static let none: Index = -1

    private var entries: [Entry] = []
    /// The beginning of a chain, through `next`, of places that are free.
    private var free = none
    /// Open addressing: the hash in the upper half, the index and 1 in the lower; 0 is a free slot. A power of two, at most half full.
    private var slots = [UInt64](repeating: 0, count: 64)
    private var lists: [List]
    private let timeouts: [Int64]
    private let seed: UInt64
    /// Nothing is due before this time.
    private var earliestDeadline = Int64.max
    private(set) var count = 0

    init(timeouts: PacketTimeouts, seed: UInt64) {
        self.timeouts = timeouts.milliseconds
        self.seed = seed
        lists = [List](repeating: List(), count: self.timeouts.count)
    }

    subscript(index: Index) -> PacketConnection {
        get { entries[Int(index)].connection }
        _modify { yield &entries[Int(index)].connection }
    }

    /// False for a place that nothing is kept in.
    func contains(_ index: Index) -> Bool { entries[Int(index)].isPresent }

    func find(_ key: ConnectionKey) -> Index? {
        let hash = key.hash(seed: seed)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            if UInt32(truncatingIfNeeded: slots[slot] >> 32) == hash {
                let index = Index(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
                if entries[Int(index)].connection.key == key { return index }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// - Parameter connection: with a key that is not in the table.
    mutating func insert(_ connection: PacketConnection, at now: Int64) -> Index {
        if (count + 1) * 2 > slots.count { growSlots() }
        var entry = Entry(
            connection: connection, hash: connection.key.hash(seed: seed), kind: connection.kind.place, touched: now,
            previous: Self.none, next: Self.none, isPresent: true)
        let index: Index
        if free == Self.none {
            index = Index(entries.count)
            entries.append(entry)
        } else {
            index = free
            free = entries[Int(index)].next
            entry.isListed = entries[Int(index)].isListed
            entries[Int(index)] = entry
        }
        count += 1
        place(index, hash: entry.hash)
        link(index)
        return index
    }

    /// Notes that a packet came; call it after the connection was changed.
    mutating func touch(_ index: Index, at now: Int64) {
        unlink(index)
        entries[Int(index)].kind = entries[Int(index)].connection.kind.place
        entries[Int(index)].touched = now
        link(index)
    }

    mutating func remove(_ index: Index) -> PacketConnection {
        unlink(index)
        vacate(index)
        entries[Int(index)].isPresent = false
        entries[Int(index)].next = free
        free = index
        count -= 1
        return entries[Int(index)].connection
    }

    /// A connection whose timeout has passed; nil when there is none.
    mutating func due(at now: Int64) -> Index? {
        guard now >= earliestDeadline else { return nil }
        earliestDeadline = .max
        for (kind, list) in lists.enumerated() where list.head != Self.none {
            let deadline = Self.sum(entries[Int(list.head)].touched, timeouts[kind])
            if deadline != .max, deadline <= now {
                earliestDeadline = now
                return list.head
            }
            earliestDeadline = min(earliestDeadline, deadline)
        }
        return nil
    }

    /// The connection that has been silent longest; nil when there is none.
    var mostSilent: Index? {
        var found: Index?
        for list in lists where list.head != Self.none {
            if let best = found, entries[Int(best)].touched <= entries[Int(list.head)].touched { continue }
            found = list.head
        }
        return found
    }

    /// Notes that a place is in its user's list.
    ///
    /// - Returns: false when it was before.
    mutating func enlist(_ index: Index) -> Bool {
        defer { entries[Int(index)].isListed = true }
        return !entries[Int(index)].isListed
    }

    mutating func delist(_ index: Index) { entries[Int(index)].isListed = false }

    /// All indexes that may be in use, lowest first; `contains` tells which are.
    var indices: Range<Index> { 0..<Index(entries.count) }
}

extension ConnectionTable {
    private static func sum(_ time: Int64, _ timeout: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(timeout)
        return overflow ? .max : sum
    }

    private mutating func link(_ index: Index) {
        let kind = entries[Int(index)].kind
        let tail = lists[kind].tail
        entries[Int(index)].previous = tail
        entries[Int(index)].next = Self.none
        if tail == Self.none { lists[kind].head = index } else { entries[Int(tail)].next = index }
        lists[kind].tail = index
        earliestDeadline = min(earliestDeadline, Self.sum(entries[Int(index)].touched, timeouts[kind]))
    }

    private mutating func unlink(_ index: Index) {
        let (kind, previous, next) = (entries[Int(index)].kind, entries[Int(index)].previous, entries[Int(index)].next)
        if previous == Self.none { lists[kind].head = next } else { entries[Int(previous)].next = next }
        if next == Self.none { lists[kind].tail = previous } else { entries[Int(next)].previous = previous }
    }

    private mutating func place(_ index: Index, hash: UInt32) {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt64(hash) << 32 | UInt64(UInt32(index) + 1)
    }

    /// Frees the slot of a connection, and moves those behind it that would not be found any more.
    private mutating func vacate(_ index: Index) {
        let mask = slots.count - 1
        var hole = Int(entries[Int(index)].hash) & mask
        while slots[hole] & 0xFFFF_FFFF != UInt64(UInt32(index) + 1) { hole = (hole + 1) & mask }
        var slot = (hole + 1) & mask
        while slots[slot] != 0 {
            let home = Int(slots[slot] >> 32) & mask
            // Whether its home is at or before the hole, around the end.
            if (slot - home) & mask >= (slot - hole) & mask {
                slots[hole] = slots[slot]
                hole = slot
            }
            slot = (slot + 1) & mask
        }
        slots[hole] = 0
    }

    private mutating func growSlots() {
        slots = [UInt64](repeating: 0, count: slots.count * 2)
        for index in entries.indices where entries[index].isPresent { place(Index(index), hash: entries[index].hash) }
    }
}
