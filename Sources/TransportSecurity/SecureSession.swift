// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// One session of TLS or DTLS without input or output: it is fed with what came, and gives what is to be sent.
///
/// After every call but `feed` ask for output. Of one thread at a time. Safe because it alone owns OpenSSL's session, and every pointer
/// it lends is used within the call only.
@safe
public final class SecureSession {
    public enum Reading: Hashable {
        case octets(Int)
        /// More must come first.
        case waiting
        /// The peer has said that it ends.
        case closed
    }

    /// The largest piece that a datagram session sends or receives (RFC 6347 §4.1).
    public static let largestDatagram = 16_384

    private let role: SecurityRole
    private let session: OpaquePointer

    init(_ session: OpaquePointer, role: SecurityRole) {
        unsafe self.session = session
        self.role = role
    }

    deinit {
        unsafe copenssl_session_free(session)
    }

    /// Takes what came: of a stream in any pieces; of datagrams one, to be read before the next.
    public func feed(_ octets: RawSpan) throws(SecurityFailure) {
        let isTaken = unsafe octets.withUnsafeBytes {
            unsafe copenssl_feed(session, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count) == 1
        }
        if !isTaken { throw .tooMuch }
    }

    public func feed(_ octets: [UInt8]) throws(SecurityFailure) {
        if unsafe copenssl_feed(session, octets, octets.count) != 1 { throw .tooMuch }
    }

    /// What is to be sent: of a stream all that waits, of datagrams the next one; empty when there is nothing.
    public func takeOutput() -> [UInt8] {
        let waiting = unsafe copenssl_waiting(session)
        if waiting == 0 { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: waiting) { buffer, count in
            count = unsafe copenssl_take(session, buffer.baseAddress, waiting)
        }
    }

    /// A server's datagram session before it begins, with a datagram just fed: whether it is the hello of a peer that receives where it says
    /// it is. Until then nothing about the peer is kept (RFC 6347 §4.2.1).
    ///
    /// - Parameter peer: what tells one peer from another, at most 32 octets.
    public func listen(to peer: [UInt8]) -> Bool {
        unsafe copenssl_listen(session, peer, peer.count) == 1
    }

    /// Goes on with the handshake; true when both sides are sure of each other.
    public func handshake() throws(SecurityFailure) -> Bool {
        switch unsafe copenssl_handshake(session) {
        case 1: true
        case COPENSSL_WAIT.rawValue: false
        default: throw failure
        }
    }

    /// Whether a client knows that the server took its certificate: in TLS 1.3 that comes after the handshake, if it is said at all.
    public var isAccepted: Bool { unsafe copenssl_is_accepted(session) == 1 }

    /// - Parameter buffer: may be uninitialized; of datagrams with room for a whole one.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SecurityFailure) -> Reading {
        try reading(unsafe copenssl_read(session, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count))
    }

    /// Writes over the beginning of an array, of datagrams one of ``largestDatagram`` octets.
    public func read(over room: inout [UInt8]) throws(SecurityFailure) -> Reading {
        try reading(unsafe copenssl_read(session, &room, room.count))
    }

    private func reading(_ result: Int32) throws(SecurityFailure) -> Reading {
        switch result {
        case 1...: return .octets(Int(result))
        case COPENSSL_WAIT.rawValue: return .waiting
        case COPENSSL_CLOSED.rawValue: return .closed
        default: throw failure
        }
    }

    /// Encrypts all of it; of datagrams at most ``largestDatagram`` octets, which become one.
    public func write(_ octets: [UInt8]) throws(SecurityFailure) {
        if unsafe copenssl_write(session, octets, octets.count) <= 0 { throw failure }
    }

    /// Tells the peer that the session ends.
    public func close() {
        unsafe copenssl_close(session)
    }

    /// How long until `retransmit` is due; nil for never.
    public var timeToRetransmission: Duration? {
        let milliseconds = unsafe copenssl_timeout(session)
        return milliseconds < 0 ? nil : .milliseconds(milliseconds)
    }

    /// Sends again what of a handshake over datagrams seems to be lost.
    public func retransmit() throws(SecurityFailure) {
        if unsafe copenssl_retransmit(session) == COPENSSL_FAILED.rawValue { throw failure }
    }

    /// As `TLSv1.3`.
    public var version: String { unsafe String(cString: copenssl_version(session)) }

    /// As `TLS_AES_256_GCM_SHA384`.
    public var suite: String { unsafe String(cString: copenssl_suite(session)) }

    /// The alternative names of the peer's certificate, after the handshake.
    public var peerNames: [AlternativeName] {
        alternativeNames { index, room in unsafe copenssl_peer_name(session, index, &room) }
    }

    private var failure: SecurityFailure {
        let alert = unsafe copenssl_alert(session)
        // The text is the session's own and ends with a NUL.
        let reason = unsafe String(cString: copenssl_problem(session))
        return SecurityFailure(reason: reason.isEmpty ? "the session is over" : reason, alert: alert < 0 ? nil : Int(alert))
    }
}

extension SecurityFailure {
    fileprivate static let tooMuch = SecurityFailure(reason: "more came than is kept")
}
