// SPDX-License-Identifier: Apache-2.0

/// Flow Records, and the packets and octets that they tell of: what is missed where they are not sent (RFC 7011 §4.3).
public struct FlowVolume: Sendable, Hashable {
    public var records: UInt64
    /// Of both directions, grown since the flow's record before.
    public var packets: UInt64
    public var octets: UInt64
    /// Records that know no packets or octets, because nothing counts them. `packets` and `octets` leave them out.
    public var uncounted: UInt64

    public init(records: UInt64 = 0, packets: UInt64 = 0, octets: UInt64 = 0, uncounted: UInt64 = 0) {
        self.records = records
        self.packets = packets
        self.octets = octets
        self.uncounted = uncounted
    }

    public static func += (sum: inout Self, other: Self) { sum = sum + other }

    public static func + (a: Self, b: Self) -> Self {
        FlowVolume(
            records: a.records &+ b.records, packets: a.packets &+ b.packets, octets: a.octets &+ b.octets,
            uncounted: a.uncounted &+ b.uncounted)
    }

    public static func - (a: Self, b: Self) -> Self {
        FlowVolume(
            records: a.records &- b.records, packets: a.packets &- b.packets, octets: a.octets &- b.octets,
            uncounted: a.uncounted &- b.uncounted)
    }
}
