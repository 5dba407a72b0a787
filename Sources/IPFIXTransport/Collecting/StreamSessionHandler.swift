// SPDX-License-Identifier: Apache-2.0

import CSocket
import IPFIX
import NIOCore

/// One TCP connection: frames what arrives and hands whole Messages over.
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

    private let intake: Intake
    private var session: TransportSession?
    private var framer = MessageFramer()
    private var batch: [[UInt8]] = []
    private var batchOctets = 0
    /// Octets still to be read before the session ends; nil while the process is not stopping.
    private var octetsUntilStop: Int?
    /// Set once, when this side decides to close.
    private var end: SessionEnd?

    init(intake: Intake) {
        self.intake = intake
    }

    func channelActive(context: ChannelHandlerContext) {
        let peer = context.remoteAddress
        let text = peer?.ipAddress.flatMap { IPAddress($0)?.description ?? $0 } ?? "unknown"
        session = intake.open(.tcp, peerAddress: text, peerPort: UInt16(clamping: peer?.port ?? 0))
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
        batchOctets += input.readableBytes
        if batchOctets > intake.limits.batchOctets { handOver() }
        if let remaining = octetsUntilStop { octetsUntilStop = remaining - input.readableBytes }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        handOver()
        if let octetsUntilStop, octetsUntilStop <= 0 { finish(context, because: .stopped) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is Stop:
            let unread = unreadOctets(context)
            octetsUntilStop = unread
            if unread == 0 { finish(context, because: .stopped) }
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
        handOver()
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
