// SPDX-License-Identifier: Apache-2.0

/// From a key's hash to a place: open addressing with linear probing, eight octets a slot, at most three quarters full.
///
/// A slot is a key's, not a connection's. Removal moves later slots of the run back, so that there are no tombstones and the table does not
/// age. The hash is seeded, so that a sender cannot choose keys that fall into one run.
struct ConnectionIndex: Sendable {
    private struct Slot {
        var tag: UInt32 = 0
        /// The place plus one; 0 for a free slot.
        var mark: UInt32 = 0
    }

    private var slots = [Slot](repeating: Slot(), count: 1024)
    private var count = 0

    /// The place of the key with a hash for which `isIt` holds.
    func find(_ hash: UInt32, isIt: (UInt32) -> Bool) -> UInt32? {
        slot(hash, isIt: isIt).map { slots[$0].mark - 1 }
    }

    /// What the first slot of a hash holds: read ahead of `find`, it is near then.
    func first(_ hash: UInt32) -> UInt32 { slots[Int(hash) & (slots.count - 1)].tag }

    /// The place of the first key with a hash, whichever key it is.
    func place(_ hash: UInt32) -> UInt32? { find(hash) { _ in true } }

    /// Puts a key that is not here.
    mutating func insert(_ hash: UInt32, _ place: UInt32) {
        if count >= slots.count / 4 * 3 { grow() }
        count += 1
        put(Slot(tag: hash, mark: place + 1))
    }

    /// Gives a key another place.
    mutating func replace(_ hash: UInt32, _ old: UInt32, by new: UInt32) {
        if let slot = slot(hash, isIt: { $0 == old }) { slots[slot].mark = new + 1 }
    }

    mutating func remove(_ hash: UInt32, _ place: UInt32) {
        guard var hole = slot(hash, isIt: { $0 == place }) else { return }
        count -= 1
        let mask = slots.count - 1
        var next = (hole + 1) & mask
        while slots[next].mark != 0 {
            // A slot may move back into the hole unless its own run begins behind it.
            let home = Int(slots[next].tag) & mask
            if (next - home) & mask >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = Slot()
    }

    private func slot(_ hash: UInt32, isIt: (UInt32) -> Bool) -> Int? {
        let mask = slots.count - 1
        var index = Int(hash) & mask
        while slots[index].mark != 0 {
            if slots[index].tag == hash, isIt(slots[index].mark - 1) { return index }
            index = (index + 1) & mask
        }
        return nil
    }

    private mutating func put(_ slot: Slot) {
        let mask = slots.count - 1
        var index = Int(slot.tag) & mask
        while slots[index].mark != 0 { index = (index + 1) & mask }
        slots[index] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        for slot in old where slot.mark != 0 { put(slot) }
    }
}
