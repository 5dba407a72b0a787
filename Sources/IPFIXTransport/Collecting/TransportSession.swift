// SPDX-License-Identifier: Apache-2.0

/// What templates and sequence numbers belong to (RFC 7011 §2, Transport Session).
///
/// Over TCP and TLS one connection, over DTLS one association; over UDP everything from one address and port until it was silent for the
/// idle time.
public struct TransportSession: Sendable, Hashable {
    /// Counts from 1 in one Collecting Process and is never used again.
    public let id: UInt64
    public let transport: Transport
    /// As text without brackets; an IPv4 peer is `a.b.c.d` on a dual-stack socket too.
    public let peerAddress: String
    public let peerPort: UInt16
    /// The node that the peer's certificate names; nil where the transport proves nothing, and where the certificate is a proxy's, which
    /// speaks for many nodes.
    public let nodeName: String?

    public init(id: UInt64, transport: Transport, peerAddress: String, peerPort: UInt16, nodeName: String? = nil) {
        self.id = id
        self.transport = transport
        self.peerAddress = peerAddress
        self.peerPort = peerPort
        self.nodeName = nodeName
    }
}

extension TransportSession: CustomStringConvertible {
    /// The peer, as an `Endpoint` is written.
    public var description: String {
        Endpoint(transport, host: peerAddress, port: peerPort).description
    }
}
