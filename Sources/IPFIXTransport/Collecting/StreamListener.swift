// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// The TCP side of a Collecting Process: all listening sockets and connections, on one event loop.
final class StreamListener: Sendable {
    private static let backlog: CInt = 256

    private let intake: Intake
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channels = NIOLockedValueBox(Channels())

    private struct Channels {
        var listening: [any Channel] = []
        var connected: [ObjectIdentifier: any Channel] = [:]
    }

    init(intake: Intake) {
        self.intake = intake
    }

    /// Listens on one more endpoint, and returns it with its port.
    func listen(on endpoint: Endpoint) throws -> Endpoint {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Without descriptors accepting fails until some are free; trying again at once would take a whole core.
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler()) }
            }
            // Without it a peer that vanished would keep its place for ever.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { [intake] channel in
                self.remember(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let time = intake.limits.connectionIdleTime {
                        try pipeline.addHandler(IdleStateHandler(readTimeout: TimeAmount(time)))
                    }
                    try pipeline.addHandler(StreamSessionHandler(intake: intake))
                }
            }
        let channel = try bootstrap.bind(host: endpoint.host, port: Int(endpoint.port)).wait()
        channels.withLockedValue { $0.listening.append(channel) }
        return endpoint.with(port: UInt16(clamping: channel.localAddress?.port ?? 0))
    }

    /// Accepts no more, reads what had been received, and closes. Waits for the receiver while it blocks.
    func stop() {
        let listening = channels.withLockedValue { $0.listening }
        for channel in listening { try? channel.close().wait() }
        let connected = channels.withLockedValue { Array($0.connected.values) }
        for channel in connected { channel.pipeline.fireUserInboundEventTriggered(StreamSessionHandler.Stop()) }
        for channel in connected { try? channel.closeFuture.wait() }
        // The loop ends with its thread; an error could only say that it has ended already.
        try? group.syncShutdownGracefully()
    }

    /// Ends one connection; nothing of it is handed over after its end is.
    func end(_ session: UInt64) {
        let connected = channels.withLockedValue { Array($0.connected.values) }
        for channel in connected { channel.pipeline.fireUserInboundEventTriggered(StreamSessionHandler.End(session: session)) }
    }

    private func remember(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLockedValue { $0.connected[id] = channel }
        channel.closeFuture.whenComplete { [weak self] _ in
            _ = self?.channels.withLockedValue { $0.connected.removeValue(forKey: id) }
        }
    }
}
