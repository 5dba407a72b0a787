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

    /// With octets of layer 3 in its counters, the time of the first packet as its start and, if it has ended, of the last as its stop.
    public var connection: Connection
    public var first: Timestamp
    public var last: Timestamp
    /// Octets of whole frames (layer 2) by direction, a checksum behind the frame left out; what other programs call bytes on wire.
    public var frameOctets: UInt64
    public var reverseFrameOctets: UInt64
    /// Nil while it goes on.
    public var end: End?
}
