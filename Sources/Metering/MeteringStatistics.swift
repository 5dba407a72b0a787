// SPDX-License-Identifier: Apache-2.0

/// What became of everything that a ``MeteringProcess`` was shown. Each observation is counted under one name.
public struct MeteringStatistics: Sendable, Hashable {
    /// Observations of connections that are metered.
    public var metered: UInt64 = 0
    public var otherZone: UInt64 = 0
    public var notAccepted: UInt64 = 0
    public var otherProtocol: UInt64 = 0
    /// Outside the networks to meter, or inside one that is excluded.
    public var otherNetwork: UInt64 = 0
    public var toGateway: UInt64 = 0
    public var notLocal: UInt64 = 0
    /// Of zone 0, read only to learn who is behind connections from outside.
    public var correlated: UInt64 = 0
    /// Of connections that another source tells of.
    public var ofAnotherSource: UInt64 = 0
    /// Read before word came that says more.
    public var stale: UInt64 = 0
    public var overCapacity: UInt64 = 0

    /// Connections that were begun to be metered.
    public var connections: UInt64 = 0
    /// Connections forgotten for want of room, each with a record that says so.
    public var evicted: UInt64 = 0
    /// Last records that a collector did not take in time, one for each collector and connection.
    public var unreportedEnds: UInt64 = 0
    /// Packets that policy rules refused, as reported by the switch.
    public var denied: UInt64 = 0
    public var deniedOverCapacity: UInt64 = 0
    public var records: UInt64 = 0

    public init() {}

    public var observed: UInt64 { metered + passedOver }

    public var passedOver: UInt64 {
        otherZone + notAccepted + otherProtocol + otherNetwork + toGateway + notLocal + correlated + ofAnotherSource + stale + overCapacity
    }
}
