// SPDX-License-Identifier: Apache-2.0

/// How long a ``Mediator`` waits, and how much it keeps.
public struct MediationConfiguration: Sendable {
    /// A connection that goes on is stored once in each window, aligned to the clock.
    public var window: Duration = .seconds(60)
    /// How long a half waits for the other before it is stored alone, marked so.
    public var correlationTimeout: Duration = .seconds(10)
    /// A connection that has ended is forgotten when nothing was heard of it for this long; a later record would begin anew.
    public var inactiveTimeout: Duration = .seconds(180)
    /// One that has not ended is remembered for longer, because exporters are silent about a connection that is.
    public var idleTimeout: Duration = .seconds(3600)
    /// How long before it comes a record may have ended; one that is older is late and dropped. A program sets how long its store keeps
    /// intervals; ten years is longer than anything is kept.
    public var acceptedAge: Duration = .seconds(315_360_000)
    /// How long a connection is remembered at most because its node is silent, and may say again what it said.
    public var awayTimeout: Duration = .seconds(86_400)
    /// How far ahead the clock of a node may be: a record that ends later is refused.
    public var acceptedLead: Duration = .seconds(3600)
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
