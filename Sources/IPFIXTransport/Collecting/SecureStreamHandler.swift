// SPDX-License-Identifier: Apache-2.0

import IPFIX
import NIOCore
import TransportSecurity

/// TLS of one connection that a peer began: octets of the wire below, those of the peer above.
///
/// Says nothing upwards before both sides are sure of each other; then it tells the node's name.
final class SecureStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Sent upwards once, before anything of the peer.
    struct Established: Sendable {
        /// Nil for a proxy's certificate.
        let nodeName: String?
        let protection: String
    }

    private let intake: Intake
    private let session: SecureSession
    private var isEstablished = false
    private var hasEnded = false
    private var timeLimit: Scheduled<Void>?
    /// What came of the wire so far.
    private(set) var octetsRead: UInt64 = 0

    init(intake: Intake, session: SecureSession) {
        self.intake = intake
        self.session = session
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let limit = intake.limits.handshakeTime
        timeLimit = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) {
            if !self.isEstablished { self.refuse(context, SecurityFailure(reason: "the handshake took longer than \(limit)")) }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if hasEnded { return }
        let input = unwrapInboundIn(data)
        octetsRead += UInt64(input.readableBytes)
        do throws(SecurityFailure) {
            try session.feed(input.readableBytesSpan)
            if !isEstablished {
                guard try session.handshake() else { return send(context) }
                send(context)
                try establish(context)
            }
            try readAll(context)
        } catch {
            // The alert that tells the peer why.
            send(context)
            refuse(context, error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Who only looks whether somebody listens, as a probe does, was not refused anything.
        if !isEstablished, octetsRead > 0 { refuse(context, SecurityFailure(reason: "the peer left during the handshake")) }
        timeLimit?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is StreamSessionHandler.Displaced where !isEstablished:
            refuse(context, SecurityFailure(reason: "too many connections, and its handshake was the oldest without an end"))
        case is StreamSessionHandler.Stop where !isEstablished:
            hasEnded = true
            isEstablished = true
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isEstablished { return context.fireErrorCaught(error) }
        refuse(context, SecurityFailure(reason: reason(of: error)))
    }

    private func establish(_ context: ChannelHandlerContext) throws(SecurityFailure) {
        let names = session.peerNames, nodeName = names.nodeName
        guard nodeName != nil || names.proxyName != nil else { throw .namesNoNode }
        isEstablished = true
        timeLimit?.cancel()
        let event = Established(nodeName: nodeName, protection: "\(session.version) \(session.suite)")
        context.fireUserInboundEventTriggered(event)
    }

    private func readAll(_ context: ChannelHandlerContext) throws(SecurityFailure) {
        while !hasEnded {
            var output = context.channel.allocator.buffer(capacity: SecureSession.largestDatagram)
            var reading = SecureSession.Reading.waiting
            var failure: SecurityFailure?
            // The session writes within the buffer, and says how much.
            unsafe output.writeWithUnsafeMutableBytes(minimumWritableBytes: SecureSession.largestDatagram) { room in
                do throws(SecurityFailure) {
                    reading = try unsafe session.read(into: room)
                } catch {
                    failure = error
                }
                if case .octets(let count) = reading { return count }
                return 0
            }
            if let failure { throw failure }
            switch reading {
            case .octets: context.fireChannelRead(wrapInboundOut(output))
            case .waiting: return send(context)
            case .closed: return end(context)
            }
        }
    }

    /// The peer has said that it ends.
    private func end(_ context: ChannelHandlerContext) {
        hasEnded = true
        session.close()
        send(context)
        context.close(promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext, _ failure: SecurityFailure) {
        if hasEnded { return }
        hasEnded = true
        if isEstablished {
            context.fireErrorCaught(failure)
        } else {
            let peer = context.remoteAddress
            intake.refuseHandshake(.tls, peerAddress: peer?.ipAddress ?? "unknown", peerPort: UInt16(clamping: peer?.port ?? 0), failure)
        }
        context.close(promise: nil)
    }

    private func send(_ context: ChannelHandlerContext) {
        let octets = session.takeOutput()
        if octets.isEmpty { return }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: octets)), promise: nil)
    }
}

extension SecurityFailure {
    static let namesNoNode = SecurityFailure(
        reason: "the peer's certificate names no node: it has neither URI:weir://node/NAME nor a DNS name")
}
