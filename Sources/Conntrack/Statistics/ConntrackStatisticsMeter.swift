// SPDX-License-Identifier: Apache-2.0

/// Turns the kernel's counters, which wrap at 2^32 and may begin again, into growth and into totals that only grow.
public struct ConntrackStatisticsMeter: Sendable {
    private var before: [UInt16: [ConntrackCounter: UInt32]]?
    /// Since the first reading.
    public private(set) var total = ConntrackCounts()

    public init() {}

    /// Takes a reading.
    ///
    /// - Returns: the growth since the one before; zeros for the first.
    public mutating func update(_ statistics: ConntrackStatistics) -> ConntrackCounts {
        defer { before = statistics.cpus }
        guard let before else { return ConntrackCounts() }
        var growth = ConntrackCounts()
        for (cpu, counts) in statistics.cpus {
            for (counter, count) in counts {
                growth[counter] &+= Self.growth(from: before[cpu]?[counter] ?? 0, to: count)
            }
        }
        total += growth
        return growth
    }

    /// A counter that went down from near its end has wrapped; from elsewhere it has begun again.
    private static func growth(from before: UInt32, to after: UInt32) -> UInt64 {
        let hasBegunAgain = after < before && before < 3 << 30
        return UInt64(hasBegunAgain ? after : after &- before)
    }
}
