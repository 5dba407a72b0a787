// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Slots of connections by the hash of their key: open addressing with linear probing.
///
/// Several slots may have one key: the connection that is, and the one before it on the same tuple.
struct ConnectionIndex: Sendable {
    /// Upper half the hash, lower half the slot plus one; 0 is free.
    private var buckets = [UInt64](repeating: 0, count: 64)
    private var count = 0

    mutating func insert(_ slot: UInt32, hash: UInt32) {
        count += 1
        if count * 4 > buckets.count * 3 { grow() }
        place(UInt64(hash) << 32 | UInt64(slot + 1))
    }

    mutating func remove(_ slot: UInt32, hash: UInt32) {
        let wanted = UInt64(hash) << 32 | UInt64(slot + 1)
        var position = home(of: wanted)
        while buckets[position] != wanted {
            guard buckets[position] != 0 else { return }
            position = next(position)
        }
        count -= 1
        closeGap(at: position)
    }

    /// Visits the slots of a hash until `visit` returns false; some may have another key.
    @inline(__always)
    func forEach(hash: UInt32, _ visit: (UInt32) -> Bool) {
        var position = Int(hash) & (buckets.count - 1)
        while buckets[position] != 0 {
            if UInt32(truncatingIfNeeded: buckets[position] >> 32) == hash {
                guard visit(UInt32(truncatingIfNeeded: buckets[position]) - 1) else { return }
            }
            position = next(position)
        }
    }

    /// What follows a gap moves up, unless it is at home behind it.
    private mutating func closeGap(at start: Int) {
        var gap = start, position = next(start)
        while buckets[position] != 0 {
            let home = home(of: buckets[position])
            let distance = (position - home) & (buckets.count - 1)
            if distance >= (position - gap) & (buckets.count - 1) {
                buckets[gap] = buckets[position]
                gap = position
            }
            position = next(position)
        }
        buckets[gap] = 0
    }

    private mutating func grow() {
        let old = buckets
        buckets = Array(repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 { place(entry) }
    }

    private mutating func place(_ entry: UInt64) {
        var position = home(of: entry)
        while buckets[position] != 0 { position = next(position) }
        buckets[position] = entry
    }

    private func home(of entry: UInt64) -> Int { Int(entry >> 32) & (buckets.count - 1) }

    private func next(_ position: Int) -> Int { (position + 1) & (buckets.count - 1) }
}

extension Connection {
    /// Mixes what tells connections apart at one moment: the original tuple, protocol and zone. Seeded, for tuples are chosen by strangers.
    func keyHash(seed: UInt64) -> UInt32 {
        var state = seed
        func mix(_ word: UInt64) {
            let product = (state ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            state = (product.high ^ product.low) &+ 0x9E37_79B9_7F4A_7C15
        }
        let icmp = original.icmp.map { UInt64($0.identifier) << 16 | UInt64($0.type) << 8 | UInt64($0.code) } ?? 0
        mix(original.source.high)
        mix(original.source.low)
        mix(original.destination.high)
        mix(original.destination.low)
        mix(UInt64(original.sourcePort) << 48 | UInt64(original.destinationPort) << 32 | UInt64(zone) << 8 | UInt64(protocolIdentifier))
        mix(icmp)
        return UInt32(truncatingIfNeeded: state ^ state >> 32)
    }

    func hasSameKey(as other: Connection) -> Bool {
        original == other.original && zone == other.zone && protocolIdentifier == other.protocolIdentifier
    }
}
