// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// Whom or what a certificate is for (RFC 5280 §4.2.1.6).
public enum AlternativeName: Sendable, Hashable {
    case dns(String)
    case uri(String)
    /// As `inet_ntop` writes it.
    case address(String)
    /// Of a kind that nothing here uses, or with octets that are no text.
    case other

    /// Certificates have a handful; one with more is read so far.
    static let limit = 256
}

extension AlternativeName: CustomStringConvertible {
    public var description: String {
        switch self {
        case .dns(let name): "DNS:\(name)"
        case .uri(let name): "URI:\(name)"
        case .address(let text): "IP:\(text)"
        case .other: "other"
        }
    }
}

extension [AlternativeName] {
    /// What the URI of a node's name begins with.
    public static var nodePrefix: String { "weir://node/" }

    /// What the URI of a proxy's name begins with.
    public static var proxyPrefix: String { "weir://proxy/" }

    /// The node that a certificate with these names is of: a URI of `weir://node/NAME`, else the first DNS name. Nil for a proxy's.
    public var nodeName: String? {
        guard proxyName == nil else { return nil }
        if let name = name(after: Self.nodePrefix) { return name }
        for case .dns(let name) in self { return name }
        return nil
    }

    /// The proxy that a certificate with these names is of: a URI of `weir://proxy/NAME`. It passes on what many nodes told it.
    public var proxyName: String? { name(after: Self.proxyPrefix) }

    private func name(after prefix: String) -> String? {
        for case .uri(let text) in self where text.hasPrefix(prefix) {
            let name = text.dropFirst(prefix.count)
            if !name.isEmpty { return String(name) }
        }
        return nil
    }
}

/// The names that a C function gives one by one.
func alternativeNames(_ name: (Int32, inout [CChar]) -> copenssl_name) -> [AlternativeName] {
    var names: [AlternativeName] = []
    var room = [CChar](repeating: 0, count: Int(COPENSSL_TEXT))
    for index in 0..<AlternativeName.limit {
        switch name(Int32(index), &room) {
        case COPENSSL_NO_NAME: return names
        case COPENSSL_DNS: names.append(.dns(text(room)))
        case COPENSSL_URI: names.append(.uri(text(room)))
        case COPENSSL_ADDRESS: names.append(.address(text(room)))
        default: names.append(.other)
        }
    }
    return names
}
