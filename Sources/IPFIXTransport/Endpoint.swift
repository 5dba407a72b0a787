// SPDX-License-Identifier: Apache-2.0

/// Where to listen or to connect to, written `tcp://HOST:PORT` or `udp://HOST:PORT`; an IPv6 address in brackets.
public struct Endpoint: Sendable, Hashable {
    /// The IANA port of IPFIX over TCP and UDP (RFC 7011 §10.2.1, §10.3.5).
    public static let defaultPort: UInt16 = 4739

    public let transport: Transport
    /// A name or an address, without brackets; never empty.
    public let host: String
    /// 0 lets the system choose when listening.
    public let port: UInt16

    public init(_ transport: Transport, host: String, port: UInt16 = defaultPort) {
        self.transport = transport
        self.host = host
        self.port = port
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
