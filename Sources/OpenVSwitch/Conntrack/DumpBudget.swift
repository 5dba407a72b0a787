// SPDX-License-Identifier: Apache-2.0

/// Keeps the time for which dumps stop the node's traffic below a share of all time.
///
/// Pure: told what each dump cost, it says how long to wait before the next.
public struct DumpBudget: Sendable {
    /// The greatest part of the time that dumps may take; above 0, at most 1.
    public let share: Double
    public private(set) var lastStall = Duration.zero
    public private(set) var longestStall = Duration.zero
    /// Of all dumps so far.
    public private(set) var stall = Duration.zero
    public private(set) var dumps: UInt64 = 0

    private var lastConnections = 0

    /// - Precondition: `share` is above 0 and at most 1.
    public init(share: Double = 0.02) {
        precondition(share > 0 && share <= 1, "a share is above 0 and at most 1")
        self.share = share
    }

    /// - Parameter connections: how many the dump told.
    public mutating func note(stall: Duration, connections: Int) {
        let stall = max(.zero, stall)
        lastStall = stall
        longestStall = max(longestStall, stall)
        self.stall += stall
        dumps += 1
        lastConnections = connections
    }

    /// The least time from one dump to the next.
    ///
    /// - Parameter connections: how many there are at present, to foresee what a dump would cost; nil takes what the last one cost.
    public func leastInterval(connections: Int? = nil) -> Duration {
        var foreseen = lastStall
        // Formatting dominates, so the cost grows with the table.
        if let connections, lastConnections > 0, connections > lastConnections {
            foreseen = lastStall * (Double(connections) / Double(lastConnections))
        }
        return foreseen / share
    }
}
