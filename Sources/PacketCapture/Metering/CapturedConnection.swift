// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Metering

/// A connection as its packets in a capture tell it.
public struct CapturedConnection: Sendable, Hashable {
    /// Why a connection is kept no longer.
    public enum End: Sendable, Hashable {
        /// Silence for longer than its timeout.
        case idle
        /// Its packets said so, or another began between the same ends.
        case closed
        /// It was silent longest when room was needed.
        case displaced
    }

    /// With octets of layer 3 in its counters, and the time of the last packet as its stop if it has ended.
    ///
    /// Its start is the time of the first packet, but a millisecond after the start of the one before where ports are used again sooner
    /// than that: so no two connections between the same ends have the same.
    public var connection: Connection
    public var first: Timestamp
    public var last: Timestamp
    /// Octets of whole frames (layer 2) by direction, a checksum behind the frame left out; what other programs call bytes on wire.
    public var frameOctets: UInt64
    public var reverseFrameOctets: UInt64
    /// Nil while it goes on.
    public var end: End?
}
