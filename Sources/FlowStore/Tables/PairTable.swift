// SPDX-License-Identifier: Apache-2.0

/// Values by keys of two words: a hash table with open addressing, since a dictionary's hashing takes longer than what is done with a row.
///
/// The hash is seeded, so that a sender cannot choose keys that fall into one run.
struct PairTable<Value> {
    struct Key: Equatable {
        let first, second: UInt64
    }

    private struct Entry {
        let key: Key
        var value: Value
    }

    private static var initialBits: Int { 10 }

    private let seeds: Key
    /// In the order of their first use.
    private var entries: [Entry] = []
    /// Places in `entries` counted from 1; 0 where there is none. At most half are taken.
    private var places: [UInt32]
    private var shift = 64 - initialBits

    init(seed: UInt64 = .random(in: .min ... .max)) {
        seeds = Key(first: seed, second: ~seed &* 0x9E37_79B9_7F4A_7C15)
        places = Array(repeating: 0, count: 1 << Self.initialBits)
    }

    var count: Int { entries.count }

    subscript(key: Key) -> Value? {
        let place = places[slot(of: key)]
        return place == 0 ? nil : entries[Int(place) - 1].value
    }

    mutating func set(_ value: Value, for key: Key) {
        let slot = slot(of: key)
        guard places[slot] == 0 else {
            entries[Int(places[slot]) - 1].value = value
            return
        }
        entries.append(Entry(key: key, value: value))
        places[slot] = UInt32(entries.count)
        if entries.count * 2 > places.count { grow() }
    }

    /// Frees the room as well.
    mutating func removeAll() {
        entries = []
        places = Array(repeating: 0, count: 1 << Self.initialBits)
        shift = 64 - Self.initialBits
    }

    /// The slot that leads to the key, or the free one that is to.
    private func slot(of key: Key) -> Int {
        let product = (key.first ^ seeds.first).multipliedFullWidth(by: key.second ^ seeds.second)
        var slot = Int(truncatingIfNeeded: ((product.high ^ product.low) &* 0xD6E8_FEB8_6659_FD93) &>> UInt64(shift))
        while places[slot] != 0, entries[Int(places[slot]) - 1].key != key { slot = (slot + 1) & (places.count - 1) }
        return slot
    }

    private mutating func grow() {
        shift -= 1
        places = Array(repeating: 0, count: places.count * 2)
        for (index, entry) in entries.enumerated() { places[slot(of: entry.key)] = UInt32(index + 1) }
    }
}
