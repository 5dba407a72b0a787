// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// When to look at an entry again: buckets of one second, entries by number.
///
/// An entry has one valid bucket; its owner remembers which (``Slot``), and a bucket's other mentions of it are stale and passed
/// over. Deadlines beyond the wheel's span are looked at early and put back by the owner.
struct DeadlineWheel: Sendable {
    /// A second since the epoch; the bucket is this modulo the wheel's size.
    typealias Slot = Int64

    private static let span: Int64 = 256
    private var buckets: [[UInt32]] = Array(repeating: [], count: Int(span))
    private var next: Slot?

    /// Puts an entry into the bucket of a time, at the earliest the next to be visited.
    mutating func schedule(_ entry: UInt32, at time: Timestamp, now: Timestamp) -> Slot {
        let earliest = next ?? now.seconds
        next = earliest
        let slot = min(max(time.seconds, earliest), earliest + Self.span - 1)
        buckets[bucket(slot)].append(entry)
        return slot
    }

    /// Takes the entries of all buckets up to a time, with the slot each was found in.
    mutating func advance(to now: Timestamp, into due: inout [(entry: UInt32, slot: Slot)]) {
        guard var slot = next else {
            next = now.seconds
            return
        }
        // After a long silence or a clock step every bucket is visited once, not every second that passed.
        let last = min(now.seconds, slot + Self.span - 1)
        while slot <= last {
            let index = bucket(slot)
            for entry in buckets[index] { due.append((entry, slot)) }
            buckets[index].removeAll(keepingCapacity: true)
            slot += 1
        }
        next = max(slot, now.seconds + 1)
    }

    private func bucket(_ slot: Slot) -> Int { Int(((slot % Self.span) + Self.span) % Self.span) }
}
