// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Hands the answers on one connection to who asked for them.
final class ResponseHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let watcher: ResourceWatcher

    init(watcher: ResourceWatcher) {
        self.watcher = watcher
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): watcher.received(head, on: context.channel)
        case .body(let octets): watcher.received(octets, on: context.channel)
        case .end: watcher.receivedEnd(on: context.channel)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? IdleStateHandler.IdleStateEvent, event == .read { watcher.heardNothing(on: context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        watcher.lost(context.channel, because: "\(error)")
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        watcher.lost(context.channel, because: "the server closed the connection")
        context.fireChannelInactive()
    }
}
