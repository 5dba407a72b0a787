// SPDX-License-Identifier: Apache-2.0

/// A number for each ``ConntrackCounter``.
public struct ConntrackCounts: Sendable, Hashable {
    private var counts = [UInt64](repeating: 0, count: ConntrackCounter.count)

    public init() {}

    public subscript(counter: ConntrackCounter) -> UInt64 {
        get { counts[Int(counter.rawValue)] }
        set { counts[Int(counter.rawValue)] = newValue }
    }

    /// The sum of those that mean connections not tracked, or not to their end.
    public var losses: UInt64 { ConntrackCounter.losses.reduce(0) { $0 &+ self[$1] } }

    public static func += (sum: inout Self, other: Self) {
        for index in sum.counts.indices { sum.counts[index] &+= other.counts[index] }
    }
}

extension ConntrackCounter {
    /// One more than the greatest raw value.
    fileprivate static let count = 16
}
