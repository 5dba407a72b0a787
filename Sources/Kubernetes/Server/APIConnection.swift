// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPFIX
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// A connection to an API server, over which answers come to a handler.
enum APIConnection {
    private static let connectTimeout = TimeAmount.seconds(10)
    /// Silence after which the handler is asked what it thinks of it.
    private static let silence = TimeAmount.seconds(30)
    /// A server that has gone without a word is noticed after a minute, also while a watch has nothing to tell.
    private static let keepAlive: [(option: CInt, value: Int)] = [(TCP_KEEPIDLE, 30), (TCP_KEEPINTVL, 10), (TCP_KEEPCNT, 3)]

    static func open(
        to server: APIServer, on loop: any EventLoop, handler: @escaping @Sendable () -> ResponseHandler
    ) throws -> EventLoopFuture<any Channel> {
        let context = try server.tlsContext()
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(connectTimeout)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        try pipeline.addHandler(try NIOSSLClientHandler(context: context, serverHostname: server.nameToVerify))
                    }
                    try pipeline.addHandler(IdleStateHandler(readTimeout: silence))
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(handler())
                }
            }
        return keepAlive.reduce(bootstrap) { $0.channelOption(.tcpOption(.init(rawValue: $1.option)), value: $1.value) }
            .connect(host: server.host, port: server.port)
    }

    /// What went wrong with connecting, in a few words.
    static func text(of error: any Error) -> String {
        guard let error = error as? NIOConnectionError else { return "\(error)" }
        if let failure = error.connectionErrors.first { return "\(failure.error)" }
        return "the name \(error.host) is not known"
    }
}

extension APIServer {
    /// As the Host header says it (RFC 9110 §7.2).
    var authority: String {
        let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == (security == nil ? 80 : 443) ? host : "\(host):\(port)"
    }

    /// Nil where the certificate must name the address itself.
    fileprivate var nameToVerify: String? { security?.serverName ?? (IPAddress(host) == nil ? host : nil) }
}
