// SPDX-License-Identifier: Apache-2.0

/// What became of every record.
///
/// At every moment `received` = `opened` + `merged` + `refused` + `late`, and `opened` = `stored` + `held`.
public struct MediationStatistics: Sendable, Hashable {
    public var received: UInt64 = 0
    /// Records that began an interval, or an amendment, of a connection.
    public var opened: UInt64 = 0
    /// Of those: whose interval or amendment has been handed on to be stored.
    public var stored: UInt64 = 0
    /// Records that joined an interval which another had opened, or told nothing new.
    public var merged: UInt64 = 0
    /// Records without addresses or protocol.
    public var withoutKey: UInt64 = 0
    /// Records without a start or an end.
    public var withoutTime: UInt64 = 0
    /// Records that end later than any clock of a cluster can be ahead.
    public var fromTheFuture: UInt64 = 0
    /// Records that name another node than their sender's certificate.
    public var foreign: UInt64 = 0
    /// Records that ended too long ago to change anything.
    public var late: UInt64 = 0
    public var connections: UInt64 = 0
    /// Connections that went on from where the program before this one had stored them.
    public var resumed: UInt64 = 0
    public var intervals: UInt64 = 0
    /// Connections that went on with one half.
    public var sourceOnly: UInt64 = 0
    public var destinationOnly: UInt64 = 0
    /// Connections that were forgotten early for lack of room.
    public var evicted: UInt64 = 0
    /// Halves that came while other connections of their tuple might have been theirs as well, by two nodes' clocks. The nearest start
    /// decided; each side's own counts are right either way.
    public var ambiguous: UInt64 = 0

    /// Ends in the cluster without a pod's name when their connection was stored first.
    public var unnamed: UInt64 = 0
    /// How often a stored connection was asked about again, since the cluster told of an address that lacked a name or labels.
    public var askedAgain: UInt64 = 0
    /// Stored connections that got a name or labels that way.
    public var amended: UInt64 = 0
    /// Stored connections that lacked something and were not asked about again, for lack of room.
    public var notAwaited: UInt64 = 0
    /// Pods that an exporter named for a time at which the cluster had not begun them.
    public var contradicted: UInt64 = 0

    public init() {}

    /// Records that say nothing that can be stored.
    public var refused: UInt64 { withoutKey + withoutTime + fromTheFuture + foreign }

    /// Records whose interval waits in a connection until it is due.
    public var held: UInt64 { opened - stored }

    public var isBalanced: Bool { received == opened + merged + refused + late && opened >= stored }
}
