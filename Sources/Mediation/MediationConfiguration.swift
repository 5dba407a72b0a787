// SPDX-License-Identifier: Apache-2.0

/// How long a ``Mediator`` waits, and how much it keeps.
public struct MediationConfiguration: Sendable {
    /// A connection that goes on is stored once in each window, aligned to the clock.
    public var window: Duration = .seconds(60)
    /// How long a half waits for the other before it is stored alone, marked so.
    public var correlationTimeout: Duration = .seconds(10)
    /// A connection of which nothing was heard for this long is forgotten; a later record would begin anew.
    public var inactiveTimeout: Duration = .seconds(180)
    /// How far apart two nodes may put the same moment: their clocks, and the time between their polls.
    public var clockTolerance: Duration = .seconds(10)
    /// Connections kept at once; beyond that the one looked at next is stored as it is and forgotten.
    public var capacity = 200_000
    /// Keeps senders from choosing connections that collide: random in a program, anything in a test.
    public var hashSeed: UInt64 = 0
    /// What `clusterId` says; nil leaves it unknown.
    public var clusterID: String?

    public init() {}
}
