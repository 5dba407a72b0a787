// SPDX-License-Identifier: Apache-2.0

import IPFIX
import TransportSecurity

/// The DTLS peers of one socket (RFC 6347 calls what is between two of them an association).
///
/// A hello costs nothing but an answer until its sender has shown that it receives at its address. Handshakes are bounded in number and
/// time, and so are peers. Of the listener's thread alone.
struct SecureAssociations {
    private enum Stage {
        case handshaking(since: Timestamp)
        case open(TransportSession)
    }

    private struct Association {
        let session: SecureSession
        var stage: Stage
        var lastHeard: Timestamp
        var waiting: [[UInt8]] = []
    }

    private let port: DatagramPort
    private let credentials: Credentials
    private let intake: Intake
    private var entries: [DatagramPeer: Association] = [:]
    /// Peers in the middle of a handshake, oldest first.
    private var handshaking: [DatagramPeer] = []
    /// The peers with waiting Messages, in the order in which they first spoke.
    private var speakers: [DatagramPeer] = []
    /// What hellos are looked at with, and the context it was made from.
    private var doorway: (session: SecureSession, context: SecureContext)
    private var nextExpiry = Timestamp(milliseconds: .min)
    private var room = [UInt8](repeating: 0, count: SecureSession.largestDatagram)

    private static let expiryInterval = Duration.seconds(1)

    init(over port: DatagramPort, credentials: Credentials, intake: Intake) {
        self.port = port
        self.credentials = credentials
        self.intake = intake
        let context = credentials.context(.datagrams)
        doorway = (context.makeSession(), context)
    }

    mutating func receive(_ datagram: [UInt8], from peer: DatagramPeer, at now: Timestamp) {
        guard let entry = entries[peer] else { return greet(datagram, from: peer, at: now) }
        switch entry.stage {
        case .handshaking: proceed(with: datagram, from: peer, at: now)
        // RFC 6347 §4.2.8: a peer that has lost its state begins anew from the same port; the old association ends once it has
        // shown that it receives there.
        case .open: RecordHeader(datagram).isHello ? greet(datagram, from: peer, at: now) : read(datagram, from: peer, at: now)
        }
    }

    /// Hands over what was received since the last time, one batch a session.
    mutating func handOver() {
        for peer in speakers {
            guard let entry = entries[peer], case .open(let session) = entry.stage else { continue }
            entries[peer]?.waiting = []
            intake.hand(over: entry.waiting, of: session)
        }
        speakers.removeAll(keepingCapacity: true)
    }

    /// Until a handshake datagram is to be sent again; nil when none is.
    var timeToRetransmission: Duration? {
        handshaking.lazy.compactMap { entries[$0]?.session.timeToRetransmission }.min()
    }

    /// Sends again what seems lost, and ends what took too long.
    mutating func expire(at now: Timestamp) {
        for peer in handshaking { proceed(with: nil, from: peer, at: now) }
        // The second condition is a clock that was set back.
        guard now >= nextExpiry || nextExpiry - now > Self.expiryInterval else { return }
        nextExpiry = now + Self.expiryInterval
        let idleTime = intake.limits.datagramIdleTime
        for (peer, entry) in entries where now - entry.lastHeard > idleTime { end(peer, because: .idle(idleTime)) }
    }

    mutating func stop() {
        for peer in Array(entries.keys) { end(peer, because: .stopped) }
    }

    // MARK: - Before a session

    private mutating func greet(_ datagram: [UInt8], from peer: DatagramPeer, at now: Timestamp) {
        let header = RecordHeader(datagram)
        guard header.isHello else { return answerUnknown(header, to: peer) }
        let context = credentials.context(.datagrams)
        if context !== doorway.context { doorway = (context.makeSession(), context) }
        let session = doorway.session
        do throws(SecurityFailure) {
            try session.feed(datagram)
        } catch {
            return
        }
        let isReachable = session.listen(to: peer.octets)
        send(session, to: peer)
        guard isReachable else { return }
        doorway.session = context.makeSession()
        end(peer, because: .closedByPeer)
        if handshaking.count >= intake.limits.handshakes, let oldest = handshaking.first {
            refuse(oldest, SecurityFailure(reason: "too many handshakes, and this was the oldest"))
        }
        entries[peer] = Association(session: session, stage: .handshaking(since: now), lastHeard: now)
        handshaking.append(peer)
        proceed(with: [], from: peer, at: now)
    }

    /// RFC 6347 §4.1.2.7 lets such records be dropped. An exporter would then send into nothing for ever when we have been started anew, so it is
    /// told in the clear, with fewer octets than it sent; it believes it only now and then.
    private func answerUnknown(_ header: RecordHeader, to peer: DatagramPeer) {
        intake.change { $0.unknownDatagrams += 1 }
        if header.isProtected { port.send(RecordHeader.unknownSession, to: peer) }
    }

    /// - Parameter datagram: nil when time has passed only.
    private mutating func proceed(with datagram: [UInt8]?, from peer: DatagramPeer, at now: Timestamp) {
        guard let entry = entries[peer], case .handshaking(let since) = entry.stage else { return }
        let limit = intake.limits.handshakeTime
        if now - since > limit || now < since { return refuse(peer, SecurityFailure(reason: "the handshake took longer than \(limit)")) }
        do throws(SecurityFailure) {
            if let datagram {
                if !datagram.isEmpty { try entry.session.feed(datagram) }
            } else {
                guard let due = entry.session.timeToRetransmission, due <= .zero else { return }
                try entry.session.retransmit()
            }
            let isDone = try entry.session.handshake()
            send(entry.session, to: peer)
            if isDone { try open(peer, entry.session, at: now) }
        } catch {
            refuse(peer, error)
        }
    }

    private mutating func open(_ peer: DatagramPeer, _ session: SecureSession, at now: Timestamp) throws(SecurityFailure) {
        let names = session.peerNames, nodeName = names.nodeName
        guard nodeName != nil || names.proxyName != nil else { throw .namesNoNode }
        let opened = intake.open(
            .dtls, peerAddress: peer.addressText, peerPort: peer.port, nodeName: nodeName, protection: "\(session.version) \(session.suite)"
        )
        handshaking.removeAll { $0 == peer }
        guard let opened else {
            session.close()
            send(session, to: peer)
            entries[peer] = nil
            return
        }
        entries[peer] = Association(session: session, stage: .open(opened), lastHeard: now)
    }

    private mutating func refuse(_ peer: DatagramPeer, _ failure: SecurityFailure) {
        handshaking.removeAll { $0 == peer }
        guard let entry = entries.removeValue(forKey: peer) else { return }
        // The alert that tells the peer why.
        send(entry.session, to: peer)
        intake.refuseHandshake(.dtls, peerAddress: peer.addressText, peerPort: peer.port, failure)
    }

    // MARK: - In a session

    private mutating func read(_ datagram: [UInt8], from peer: DatagramPeer, at now: Timestamp) {
        guard let entry = entries[peer] else { return }
        do throws(SecurityFailure) {
            try entry.session.feed(datagram)
            while true {
                switch try entry.session.read(over: &room) {
                case .octets(let count): append(Array(room[..<count]), of: peer, at: now)
                case .waiting: return send(entry.session, to: peer)
                case .closed: return end(peer, because: .closedByPeer)
                }
            }
        } catch {
            end(peer, because: .failed(error.description))
        }
    }

    private mutating func append(_ message: [UInt8], of peer: DatagramPeer, at now: Timestamp) {
        guard intake.isMessage(message, from: peer) else { return }
        if entries[peer]?.waiting.isEmpty == true { speakers.append(peer) }
        entries[peer]?.lastHeard = now
        entries[peer]?.waiting.append(message)
    }

    /// Forgets a peer, after what it had sent was handed over and it was told.
    private mutating func end(_ peer: DatagramPeer, because end: SessionEnd) {
        handOver()
        handshaking.removeAll { $0 == peer }
        guard let entry = entries.removeValue(forKey: peer), case .open(let session) = entry.stage else { return }
        entry.session.close()
        send(entry.session, to: peer)
        intake.close(session, because: end)
    }

    private func send(_ session: SecureSession, to peer: DatagramPeer) {
        while true {
            let datagram = session.takeOutput()
            if datagram.isEmpty { return }
            port.send(datagram, to: peer)
        }
    }
}
