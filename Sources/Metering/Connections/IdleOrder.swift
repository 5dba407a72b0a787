// SPDX-License-Identifier: Apache-2.0

/// Slots in the order of their last activity, as a list through an array: each step costs the same however many there are.
struct IdleOrder: Sendable {
    private struct Links {
        var previous = IdleOrder.none, next = IdleOrder.none
    }

    private static let none = UInt32.max

    private var links = Slab<Links>()
    /// Idle for longest.
    private var head = Self.none
    private var tail = Self.none

    /// The slot that has been idle for longest.
    var first: UInt32? { head == Self.none ? nil : head }

    /// Appends a slot that is not in the list.
    mutating func append(_ slot: UInt32) {
        while slot >= links.count { links.append(Links()) }
        links[slot] = Links(previous: tail, next: Self.none)
        if tail == Self.none { head = slot } else { links[tail].next = slot }
        tail = slot
    }

    mutating func remove(_ slot: UInt32) {
        let link = links[slot]
        if link.previous == Self.none { head = link.next } else { links[link.previous].next = link.next }
        if link.next == Self.none { tail = link.previous } else { links[link.next].previous = link.previous }
    }

    mutating func moveToEnd(_ slot: UInt32) {
        guard slot != tail else { return }
        remove(slot)
        append(slot)
    }
}
