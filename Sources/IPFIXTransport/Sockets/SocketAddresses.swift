// SPDX-License-Identifier: Apache-2.0

import CSocket
import IPFIX

/// The addresses behind the name of an `Endpoint`, in the order in which to try them (RFC 6724, by the system's resolver).
enum SocketAddresses {
    /// More addresses than these behind one name are not tried.
    static let limit = 8

    struct ResolveError: Error, CustomStringConvertible {
        let description: String
    }

    /// Asks the resolver, which may block for many seconds while a name server does not answer.
    static func resolve(_ endpoint: Endpoint) throws(ResolveError) -> [csocket_address] {
        var addresses = [csocket_address](repeating: csocket_address(), count: limit)
        let kind = endpoint.transport.socketKind
        // The function writes at most `limit` elements, and all are there.
        let count = unsafe csocket_resolve(endpoint.host, endpoint.port, kind, &addresses, Int32(limit))
        guard count >= 0 else {
            // The text has static storage.
            throw ResolveError(description: unsafe String(cString: csocket_resolve_error(count)))
        }
        guard count > 0 else { throw ResolveError(description: "the name has neither an IPv4 nor an IPv6 address") }
        return Array(addresses.prefix(Int(count)))
    }
}

extension Transport {
    var socketKind: csocket_kind { isDatagram ? CSOCKET_DATAGRAM : CSOCKET_STREAM }
}

extension csocket_address {
    var ipAddress: IPAddress { IPAddress(high: high, low: low) }
}
