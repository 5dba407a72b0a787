// SPDX-License-Identifier: Apache-2.0

/// What became of the frames that a ``PacketMeter`` was shown.
public struct PacketMeterStatistics: Sendable, Hashable {
    // Every frame is one of these.
    /// Counted to a connection.
    public internal(set) var metered: UInt64 = 0
    /// Without an IP packet.
    public internal(set) var notIP: UInt64 = 0
    /// With headers that make no sense, or not even the IP header.
    public internal(set) var malformed: UInt64 = 0
    /// Later fragments whose first may come yet.
    public internal(set) var waiting: UInt64 = 0

    // Of those that are metered.
    /// The capture has the beginning only; counted as long as the headers say.
    public internal(set) var cut: UInt64 = 0
    /// Ports were not captured: counted to a connection with ports 0.
    public internal(set) var withoutPorts: UInt64 = 0
    public internal(set) var fragments: UInt64 = 0
    /// Fragments whose first never came: counted to a connection with ports 0.
    public internal(set) var fragmentsAlone: UInt64 = 0
    /// Inside a tunnel.
    public internal(set) var encapsulated: UInt64 = 0

    // Connections: begun = ended + kept.
    public internal(set) var begun: UInt64 = 0
    public internal(set) var idle: UInt64 = 0
    public internal(set) var closed: UInt64 = 0
    public internal(set) var displaced: UInt64 = 0
    /// Ends that nobody took in time; they are among the three above.
    public internal(set) var endsUntold: UInt64 = 0

    public init() {}

    public var frames: UInt64 { metered + notIP + malformed + waiting }
    public var ended: UInt64 { idle + closed + displaced }
}
