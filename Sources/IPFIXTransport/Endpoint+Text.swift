// SPDX-License-Identifier: Apache-2.0

import IPFIX

extension Endpoint {
    /// Parses `SCHEME://HOST`, `SCHEME://HOST:PORT` and `SCHEME://[IPV6]:PORT`; the scheme in any case.
    public init(_ text: String) throws(EndpointError) {
        guard let separator = text.firstRange(of: "://") else { throw .noScheme(text) }
        let transport = try knownTransport(text[..<separator.lowerBound].lowercased(), in: text)
        let (host, port) = try hostAndPort(text[separator.upperBound...], in: text)
        self.init(transport, host: host, port: port)
    }
}

private func knownTransport(_ scheme: String, in text: String) throws(EndpointError) -> Transport {
    if let transport = Transport(rawValue: scheme) { return transport }
    throw scheme == "sctp" ? .unsupportedScheme(scheme, in: text) : .unknownScheme(scheme, in: text)
}

private func hostAndPort(_ rest: Substring, in text: String) throws(EndpointError) -> (String, UInt16?) {
    if rest.first == "[" { return try bracketed(rest.dropFirst(), in: text) }
    let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 2 { throw .bracketsMissing(in: text) }
    guard let host = parts.first, !host.isEmpty else { throw .noHost(in: text) }
    guard host.utf8.count <= 253, host.utf8.allSatisfy(isNameOctet) else { throw .invalidHost(String(host), in: text) }
    return (String(host), try port(parts.count == 2 ? parts[1] : nil, in: text))
}

private func bracketed(_ rest: Substring, in text: String) throws(EndpointError) -> (String, UInt16?) {
    guard let end = rest.firstIndex(of: "]") else { throw .invalidHost("[\(rest)", in: text) }
    let host = rest[..<end]
    // A link-local address needs its zone (RFC 4007 §11.2): fe80::1%eth0.
    let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    let zoneIsSound = parts.count < 2 || (!parts[1].isEmpty && parts[1].utf8.allSatisfy(isNameOctet))
    guard let address = parts.first, IPAddress(address) != nil, zoneIsSound else { throw .invalidHost(String(host), in: text) }
    let after = rest[rest.index(after: end)...]
    guard after.isEmpty || after.first == ":" else { throw .invalidHost("[\(rest)", in: text) }
    return (String(host), try port(after.isEmpty ? nil : after.dropFirst(), in: text))
}

private func port(_ text: Substring?, in whole: String) throws(EndpointError) -> UInt16? {
    guard let text else { return nil }
    // UInt16 itself would also take a sign.
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(text) else { throw .invalidPort(String(text), in: whole) }
    return port
}

private func isNameOctet(_ octet: UInt8) -> Bool {
    switch octet {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
}
