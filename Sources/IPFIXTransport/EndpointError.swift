// SPDX-License-Identifier: Apache-2.0

/// Why a text is not an `Endpoint`; each says what to write instead.
public enum EndpointError: Error, Hashable {
    /// No `://`.
    case noScheme(String)
    case unknownScheme(String, in: String)
    /// A transport that IPFIX has and this version has not: `sctp`.
    case unsupportedScheme(String, in: String)
    case noHost(in: String)
    /// An IPv6 address without brackets, so that its last group cannot be told from a port.
    case bracketsMissing(in: String)
    case invalidHost(String, in: String)
    /// Not a number of 0–65,535.
    case invalidPort(String, in: String)
}

extension EndpointError: CustomStringConvertible {
    public var description: String {
        let known = Transport.allCases.map { "\($0)://" }.joined(separator: ", ")
        switch self {
        case .noScheme(let text):
            return "'\(text)' does not say which transport; write tls://HOST:PORT, or one of \(known)"
        case .unknownScheme(let scheme, let text):
            return "'\(text)': there is no transport '\(scheme)'; there are \(known)"
        case .unsupportedScheme(let scheme, let text):
            return "'\(text)': \(scheme):// is not in this version; there are \(known)"
        case .noHost(let text):
            return "'\(text)' names no host; write HOST:PORT after ://, to listen on every address [::]:\(Transport.tls.port)"
        case .bracketsMissing(let text):
            return "'\(text)': an IPv6 address needs brackets, as in tls://[2001:db8::1]:\(Transport.tls.port)"
        case .invalidHost(let host, let text):
            return "'\(text)': '\(host)' is neither a host name nor an address; write HOST:PORT and nothing after it"
        case .invalidPort(let port, let text):
            return "'\(text)': '\(port)' is not a port; write a number from 0 to 65535, or none for that of the transport"
        }
    }
}
