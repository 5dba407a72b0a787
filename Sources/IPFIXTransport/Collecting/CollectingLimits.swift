// SPDX-License-Identifier: Apache-2.0

/// What a Collecting Process may use; each says what happens at the limit.
public struct CollectingLimits: Sendable, Hashable {
    /// TCP and TLS connections at a time; one more takes the place of the oldest that has brought no whole message, and when
    /// there is none is closed at once and counted as refused.
    public var connections: Int
    /// UDP and DTLS peers at a time; datagrams of one more are dropped and counted as refused, so that
    /// forged addresses cannot push out the peers that are known.
    public var datagramPeers: Int
    /// A connection that brings nothing for this long is closed; nil waits for ever.
    public var connectionIdleTime: Duration?
    /// A message must be whole so long after its first octets came.
    public var messageTime: Duration
    /// A handshake of TLS or DTLS must have come to its end after this long.
    public var handshakeTime: Duration
    /// Handshakes of DTLS at a time; one more takes the place of the oldest.
    public var handshakes: Int
    /// A UDP or DTLS peer that was silent for this long is forgotten, with its templates. RFC 7011 §8.4 asks for at least
    /// three times the interval at which the Exporting Process repeats its templates.
    public var datagramIdleTime: Duration
    /// Octets asked for as each UDP socket's receive buffer; the statistics tell how many the kernel granted.
    public var receiveBuffer: Int
    /// Messages of one connection are handed over when they exceed this many octets, though more may wait.
    public var batchOctets: Int

    public init(
        connections: Int = 1024,
        datagramPeers: Int = 4096,
        connectionIdleTime: Duration? = nil,
        messageTime: Duration = .seconds(60),
        handshakeTime: Duration = .seconds(10),
        handshakes: Int = 256,
        datagramIdleTime: Duration = .seconds(1800),
        receiveBuffer: Int = 32 << 20,
        batchOctets: Int = 1 << 20
    ) {
        self.connections = connections
        self.datagramPeers = datagramPeers
        self.connectionIdleTime = connectionIdleTime
        self.messageTime = messageTime
        self.handshakeTime = handshakeTime
        self.handshakes = handshakes
        self.datagramIdleTime = datagramIdleTime
        self.receiveBuffer = receiveBuffer
        self.batchOctets = batchOctets
    }
}
