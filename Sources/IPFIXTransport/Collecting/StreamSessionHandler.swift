// SPDX-License-Identifier: Apache-2.0

import CSocket
import IPFIX
import NIOCore

/// One connection: frames what arrives and hands whole Messages over.
///
/// The receiver runs on the event loop, so while it blocks nothing is read and the peers' windows close.
final class StreamSessionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Asks a session to end after what the kernel has received by then.
    struct Stop: Sendable {}

    /// Asks the session of this id to end at once.
    struct End: Sendable {
        let session: UInt64
    }

    /// Asks for the place of a connection that has brought no whole message.
    struct Displaced: Sendable {}

    private let intake: Intake
    /// What protects the connection; nil for plain TCP.
    private let secure: SecureStreamHandler?
    private let prove: (any Channel) -> Void
    private var session: TransportSession?
    private var framer = MessageFramer()
    private var batch: [[UInt8]] = []
    private var batchOctets = 0
    private var isProven = false
    private var plainOctetsRead: UInt64 = 0
    /// Where on the wire the session ends; nil while the process is not stopping.
    private var lastOctet: UInt64?
    /// Runs while a Message is not whole.
    private var timeLimit: Scheduled<Void>?
    /// Set once, when this side decides to close.
    private var end: SessionEnd?

    /// - Parameter prove: told once, when the connection has brought a whole Message.
    init(intake: Intake, secure: SecureStreamHandler?, prove: @escaping (any Channel) -> Void) {
        self.intake = intake
        self.secure = secure
        self.prove = prove
    }

    func channelActive(context: ChannelHandlerContext) {
        if secure == nil { open(context, .tcp, nil) }
    }

    private func open(_ context: ChannelHandlerContext, _ transport: Transport, _ established: SecureStreamHandler.Established?) {
        let peer = context.remoteAddress
        let text = peer?.ipAddress.flatMap { IPAddress($0)?.description ?? $0 } ?? "unknown"
        session = intake.open(
            transport, peerAddress: text, peerPort: UInt16(clamping: peer?.port ?? 0), nodeName: established?.nodeName,
            protection: established?.protection)
        if session == nil { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard session != nil, end == nil else { return }
        let input = unwrapInboundIn(data)
        do throws(FramingError) {
            try framer.append(input, to: &batch)
        } catch {
            finish(context, because: .malformed(error))
            return
        }
        if !isProven, !batch.isEmpty {
            isProven = true
            prove(context.channel)
        }
        batchOctets += input.readableBytes
        if batchOctets > intake.limits.batchOctets { handOver() }
        plainOctetsRead += UInt64(input.readableBytes)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        handOver()
        if let lastOctet, octetsRead >= lastOctet { return finish(context, because: .stopped) }
        limitTime(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Stop:
            let unread = unreadOctets(context)
            lastOctet = octetsRead + UInt64(unread)
            if unread == 0 { finish(context, because: .stopped) }
        case let established as SecureStreamHandler.Established:
            open(context, .tls, established)
        case is Displaced:
            finish(context, because: .displaced)
            // At once, because the place is wanted now; the channel tells of its end later.
            endSession()
        case let request as End:
            if request.session == session?.id { finish(context, because: .malfunctioning) }
        case is IdleStateHandler.IdleStateEvent:
            // While the receiver blocked, octets may have come that nobody read.
            if let time = intake.limits.connectionIdleTime, unreadOctets(context) == 0 { finish(context, because: .idle(time)) }
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(context, because: .failed(reason(of: error)))
    }

    func channelInactive(context: ChannelHandlerContext) {
        endSession()
    }

    private func endSession() {
        handOver()
        timeLimit?.cancel()
        guard let session else { return }
        self.session = nil
        intake.close(session, because: end ?? endByPeer)
    }

    private var endByPeer: SessionEnd {
        framer.unfinishedOctets > 0 ? .cutShort(octets: framer.unfinishedOctets) : .closedByPeer
    }

    private func finish(_ context: ChannelHandlerContext, because end: SessionEnd) {
        handOver()
        if self.end == nil { self.end = end }
        context.close(promise: nil)
    }

    /// Octets of the wire, encrypted where the connection is.
    private var octetsRead: UInt64 { secure?.octetsRead ?? plainOctetsRead }

    /// A Message that does not come to its end, octet by octet, must not keep a place for ever.
    private func limitTime(_ context: ChannelHandlerContext) {
        guard framer.unfinishedOctets > 0, timeLimit == nil, end == nil else { return }
        let limit = intake.limits.messageTime
        let offset = framer.offset
        timeLimit = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { [self] in
            timeLimit = nil
            // While the receiver blocked, octets may have come that nobody read.
            if framer.offset == offset, framer.unfinishedOctets > 0, unreadOctets(context) == 0 {
                finish(context, because: .slow(limit))
            } else {
                limitTime(context)
            }
        }
    }

    private func handOver() {
        guard let session, !batch.isEmpty else { return }
        let messages = batch
        batch = []
        batchOctets = 0
        intake.hand(over: messages, of: session)
    }

    private func unreadOctets(_ context: ChannelHandlerContext) -> Int {
        let unread = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            csocket_unread_octets($0)
        }
        return max(0, Int(unread ?? 0))
    }
}

/// The operating system's words where there are any.
func reason(of error: any Error) -> String {
    (error as? IOError).map { SystemError(code: $0.errnoCode).description } ?? "\(error)"
}
