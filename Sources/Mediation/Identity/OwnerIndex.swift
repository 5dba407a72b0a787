// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Who owned which address at which time. `Key` is an address, or an address with a port.
///
/// At `capacity` the key that has been nobody's for longest gives its place to a new one, then those of which only nodes told, long ago;
/// while all are somebody's a new one is refused. Both are counted.
struct OwnerIndex<Key: Hashable & Sendable, Owner: AddressOwner>: Sendable {
    let capacity: Int
    private(set) var evicted: UInt64 = 0
    private(set) var refused: UInt64 = 0

    private var histories: [Key: OwnerHistory<Owner>] = [:]
    /// Keys in the order in which they were given free. One that is somebody's again is passed over.
    private var free: [Key] = []
    private var nextFree = 0
    /// When keys were looked for last that nobody tells of any more.
    private var lastSweep: Timestamp?
    private static var sweepPeriod: Duration { .seconds(60) }

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { histories.count }

    func owner(of key: Key, at time: Timestamp) -> Owner? { histories[key]?.owner(at: time) }

    func isTooEarly(_ owner: Owner, of key: Key, at time: Timestamp) -> Bool { histories[key]?.isTooEarly(owner, at: time) ?? false }

    mutating func assign(_ key: Key, to owner: Owner, from: Timestamp, knownBy: Timestamp) {
        guard makeRoom(for: key, at: knownBy) else { return }
        histories[key, default: OwnerHistory()].assign(owner, from: from, knownBy: knownBy)
    }

    mutating func observe(_ key: Key, of owner: Owner, at time: Timestamp) {
        guard makeRoom(for: key, at: time) else { return }
        histories[key, default: OwnerHistory()].observe(owner, at: time)
    }

    mutating func release(_ key: Key, of owner: Owner, at time: Timestamp) {
        guard histories[key] != nil else { return }
        histories[key]?.release(owner, at: time)
        if histories[key]?.released != nil { free.append(key) }
        compactFree()
    }

    private mutating func makeRoom(for key: Key, at time: Timestamp) -> Bool {
        if histories[key] != nil || histories.count < capacity { return true }
        while nextFree < free.count {
            let oldest = free[nextFree]
            nextFree += 1
            guard histories[oldest]?.released != nil else { continue }
            histories[oldest] = nil
            evicted += 1
            return true
        }
        if sweep(at: time) { return true }
        refused += 1
        return false
    }

    /// - Returns: whether there was anything to forget.
    private mutating func sweep(at time: Timestamp) -> Bool {
        if let lastSweep, time < lastSweep + Self.sweepPeriod, time > lastSweep - Self.sweepPeriod { return false }
        lastSweep = time
        let before = histories.count
        histories = histories.filter { !$0.value.isOver(at: time) }
        evicted += UInt64(before - histories.count)
        return histories.count < before
    }

    /// Addresses come and go for as long as the program runs; the list of those given free holds each about once.
    private mutating func compactFree() {
        guard free.count - nextFree > 2 * histories.count + 64 || nextFree > histories.count + 64 else { return }
        var seen: Set<Key> = []
        // The last time counts: from the back, the first that is met.
        let latest = free[nextFree...].reversed().filter { histories[$0]?.released != nil && seen.insert($0).inserted }
        free = latest.reversed()
        nextFree = 0
    }
}
