// SPDX-License-Identifier: Apache-2.0

/// What became of everything that a ``MeteringProcess`` was shown. Each observation is counted under one name.
public struct MeteringStatistics: Sendable, Hashable {
    /// Observations of connections that are metered.
    public var metered: UInt64 = 0
    public var otherZone: UInt64 = 0
    public var notAccepted: UInt64 = 0
    public var notLocal: UInt64 = 0
    public var overCapacity: UInt64 = 0
    /// Packets that policy rules refused, as reported by the switch.
    public var denied: UInt64 = 0
    public var deniedOverCapacity: UInt64 = 0
    public var records: UInt64 = 0

    public init() {}

    public var observed: UInt64 { metered + otherZone + notAccepted + notLocal + overCapacity }
}
