// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import TransportSecurity

/// The TCP and TLS side of a Collecting Process: all listening sockets and connections, on one event loop.
final class StreamListener: Sendable {
    private static let backlog: CInt = 256

    private let intake: Intake
    private let credentials: Credentials?
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listening = NIOLockedValueBox<[any Channel]>([])
    private let places: StreamPlaces

    /// - Parameter credentials: a server's, for `tls://`.
    init(intake: Intake, credentials: Credentials?) {
        self.intake = intake
        self.credentials = credentials
        places = StreamPlaces(capacity: intake.limits.connections)
    }

    /// Listens on one more endpoint, and returns it with its port.
    func listen(on endpoint: Endpoint) throws -> Endpoint {
        if endpoint.transport.isSecured, credentials == nil { throw MissingCredentials() }
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Without descriptors accepting fails until some are free; trying again at once would take a whole core.
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler()) }
            }
            // Without it a peer that vanished would keep its place for ever.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelInitializer { [self] channel in
                places.give(to: channel)
                return channel.eventLoop.makeCompletedFuture { try addHandlers(to: channel, over: endpoint.transport) }
            }
        let channel = try bootstrap.bind(host: endpoint.host, port: Int(endpoint.port)).wait()
        listening.withLockedValue { $0.append(channel) }
        return endpoint.with(port: UInt16(clamping: channel.localAddress?.port ?? 0))
    }

    private func addHandlers(to channel: any Channel, over transport: Transport) throws {
        let pipeline = channel.pipeline.syncOperations
        if let time = intake.limits.connectionIdleTime {
            try pipeline.addHandler(IdleStateHandler(readTimeout: TimeAmount(time)))
        }
        var secure: SecureStreamHandler?
        if transport == .tls, let credentials {
            let handler = SecureStreamHandler(intake: intake, session: credentials.context(.stream).makeSession())
            try pipeline.addHandler(handler)
            secure = handler
        }
        let places = places
        let handler = StreamSessionHandler(intake: intake, secure: secure) { places.prove($0) }
        try pipeline.addHandler(handler)
    }

    /// Accepts no more, reads what had been received, and closes. Waits for the receiver while it blocks.
    func stop() {
        for channel in listening.withLockedValue({ $0 }) { try? channel.close().wait() }
        let connected = places.channels
        for channel in connected { channel.pipeline.fireUserInboundEventTriggered(StreamSessionHandler.Stop()) }
        for channel in connected { try? channel.closeFuture.wait() }
        // The loop ends with its thread; an error could only say that it has ended already.
        try? group.syncShutdownGracefully()
    }

    /// Ends one connection; nothing of it is handed over after its end is.
    func end(_ session: UInt64) {
        for channel in places.channels { channel.pipeline.fireUserInboundEventTriggered(StreamSessionHandler.End(session: session)) }
    }
}

/// An endpoint of a secured transport without credentials.
struct MissingCredentials: Error, CustomStringConvertible {
    var description: String { "there is no certificate to show" }
}
