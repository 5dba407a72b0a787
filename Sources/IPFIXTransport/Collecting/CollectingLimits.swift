// SPDX-License-Identifier: Apache-2.0

/// What a Collecting Process may use; each says what happens at the limit.
public struct CollectingLimits: Sendable, Hashable {
    /// TCP connections at a time; one more is closed at once and counted as refused.
    public var connections: Int
    /// UDP peers at a time; datagrams of one more are dropped and counted as refused, so that
    /// forged addresses cannot push out the peers that are known.
    public var datagramPeers: Int
    /// A connection that brings nothing for this long is closed; nil waits for ever.
    public var connectionIdleTime: Duration?
    /// A UDP peer that was silent for this long is forgotten, with its templates. RFC 7011 §8.4 asks for at least
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
        datagramIdleTime: Duration = .seconds(1800),
        receiveBuffer: Int = 32 << 20,
        batchOctets: Int = 1 << 20
    ) {
        self.connections = connections
        self.datagramPeers = datagramPeers
        self.connectionIdleTime = connectionIdleTime
        self.datagramIdleTime = datagramIdleTime
        self.receiveBuffer = receiveBuffer
        self.batchOctets = batchOctets
    }
}
