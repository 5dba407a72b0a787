// SPDX-License-Identifier: Apache-2.0

/// A Kubernetes API server: where it is, and how to prove who is who.
public struct APIServer: Sendable, Hashable {
    /// A name or an address, without brackets.
    public var host: String
    public var port: Int
    /// What stands before `/api/v1`, without a slash at its end.
    public var pathPrefix: String
    /// Nil for plain HTTP.
    public var security: Security?
    public var token: Token

    public struct Security: Sendable, Hashable {
        /// PEM; nil for the roots of the system.
        public var roots: Material?
        /// PEM: the client's certificate, with its chain, and its key.
        public var certificate: Material?
        public var key: Material?
        /// False takes any certificate for the server's.
        public var isVerified = true
        /// The name that the server's certificate must have, where that is not the host.
        public var serverName: String?
    }

    /// Where certificates and keys are. A file is read for each connection, for it may be replaced.
    public enum Material: Sendable, Hashable {
        case file(String)
        case octets([UInt8])
    }

    /// A bearer token. A file is read for each request: the kubelet replaces those of pods every hour or so.
    public enum Token: Sendable, Hashable {
        case none
        case text(String)
        case file(String)
    }

    public init(host: String, port: Int, pathPrefix: String = "", security: Security? = nil, token: Token = .none) {
        self.host = host
        self.port = port
        self.pathPrefix = pathPrefix
        self.security = security
        self.token = token
    }
}

extension APIServer: CustomStringConvertible {
    /// The address, never what is secret.
    public var description: String {
        let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return "\(security == nil ? "http" : "https")://\(host):\(port)\(pathPrefix)"
    }

    /// Parses `https://HOST[:PORT][/PATH]` or `http://…`; the address alone. Nil for anything else.
    init?(url: String) {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard scheme == "https" || scheme == "http" else { return nil }
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && ![UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }) else { return nil }
        guard let (host, port) = Self.hostAndPort(authority) else { return nil }
        self.init(host: host, port: port ?? (scheme == "https" ? 443 : 80), security: scheme == "https" ? Security() : nil)
        pathPrefix = String(path)
        while pathPrefix.hasSuffix("/") { pathPrefix.removeLast() }
    }

    private static func hostAndPort(_ authority: Substring) -> (String, Int?)? {
        let host: Substring
        let after: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            after = authority[authority.index(after: end)...]
        } else {
            host = authority.prefix { $0 != ":" }
            after = authority[host.endIndex...]
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }) else { return nil }
        if after.isEmpty { return (String(host), nil) }
        guard after.first == ":", let port = UInt16(after.dropFirst()), port > 0 else { return nil }
        return (String(host), Int(port))
    }
}
