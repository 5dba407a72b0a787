// SPDX-License-Identifier: Apache-2.0

/// Where to listen or to connect to, written `SCHEME://HOST:PORT` with `tls`, `dtls`, `tcp` or `udp`; an IPv6
/// address in brackets.
public struct Endpoint: Sendable, Hashable {
    public let transport: Transport
    /// A name or an address, without brackets; never empty.
    public let host: String
    /// 0 lets the system choose when listening.
    public let port: UInt16

    /// - Parameter port: that of the transport when nil.
    public init(_ transport: Transport, host: String, port: UInt16? = nil) {
        self.transport = transport
        self.host = host
        self.port = port ?? transport.port
    }

    /// The same place with the port the system chose.
    func with(port: UInt16) -> Endpoint {
        Endpoint(transport, host: host, port: port)
    }
}

extension Endpoint: CustomStringConvertible {
    public var description: String {
        host.utf8.contains(UInt8(ascii: ":")) ? "\(transport)://[\(host)]:\(port)" : "\(transport)://\(host):\(port)"
    }
}
