// SPDX-License-Identifier: Apache-2.0

/// What a Collecting Process has seen since it was made.
public struct CollectingStatistics: Sendable, Hashable {
    public internal(set) var sessionsOpened: UInt64 = 0
    public internal(set) var openConnections = 0
    public internal(set) var openDatagramPeers = 0
    /// Connections closed at once because `CollectingLimits.connections` were open.
    public internal(set) var refusedConnections: UInt64 = 0
    /// Datagrams dropped because `CollectingLimits.datagramPeers` were known.
    public internal(set) var refusedDatagrams: UInt64 = 0
    /// Handshakes of TLS and DTLS that came to no session.
    public internal(set) var refusedHandshakes: UInt64 = 0
    /// Datagrams of DTLS that belong to no session, as after this process was started anew.
    public internal(set) var unknownDatagrams: UInt64 = 0
    /// Connections that gave their place to another, or whose message did not come to its end.
    public internal(set) var displacedConnections: UInt64 = 0
    /// Whole Messages handed over, and their octets.
    public internal(set) var messages: UInt64 = 0
    public internal(set) var octets: UInt64 = 0
    public internal(set) var malformed = MalformedCounts()
    /// Datagrams that the kernel dropped because the receive buffer was full, or their checksum wrong.
    public internal(set) var kernelDrops: UInt64 = 0
    /// Errors of the system while reading.
    public internal(set) var receiveErrors: UInt64 = 0
    /// Octets of the smallest UDP receive buffer that the kernel granted; nil without UDP.
    public internal(set) var receiveBufferGranted: Int?

    public init() {}
}

/// Input that was not an IPFIX Message, by cause. A connection ends at its first one; a datagram is dropped.
public struct MalformedCounts: Sendable, Hashable {
    /// A datagram shorter than the message header.
    public internal(set) var tooShort: UInt64 = 0
    public internal(set) var wrongVersion: UInt64 = 0
    /// A length below that of the header, or in a datagram more than came.
    public internal(set) var wrongLength: UInt64 = 0
    /// A connection that ended inside a Message.
    public internal(set) var cutShort: UInt64 = 0

    public init() {}

    public var total: UInt64 { tooShort + wrongVersion + wrongLength + cutShort }
}
