// SPDX-License-Identifier: Apache-2.0

/// Counters that a switch keeps together and that only grow until the switch begins them anew.
protocol SwitchCounters: Sendable, Hashable {
    static var zero: Self { get }

    /// Whether any counter is less than before: then all of them have begun at zero since.
    func isBelow(_ before: Self) -> Bool

    static func + (a: Self, b: Self) -> Self
    /// - Precondition: `a` is not below `b`.
    static func - (a: Self, b: Self) -> Self
}
