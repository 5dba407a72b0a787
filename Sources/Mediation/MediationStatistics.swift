// SPDX-License-Identifier: Apache-2.0

/// What became of every record: `received` = `merged` + `refused`, and everything merged is in an interval or still waiting.
public struct MediationStatistics: Sendable, Hashable {
    public var received: UInt64 = 0
    /// Records that a connection took in.
    public var merged: UInt64 = 0
    /// Records without addresses, protocol or time.
    public var refused: UInt64 = 0
    public var connections: UInt64 = 0
    /// Connections that went on from where the program before this one had stored them.
    public var resumed: UInt64 = 0
    public var intervals: UInt64 = 0
    /// Connections that went on with one half.
    public var sourceOnly: UInt64 = 0
    public var destinationOnly: UInt64 = 0
    /// Connections that were forgotten early for lack of room.
    public var evicted: UInt64 = 0

    public init() {}
}
