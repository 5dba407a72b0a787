// SPDX-License-Identifier: Apache-2.0

import CSocket
import IPFIX

/// What tells one UDP session from another (RFC 7011 §10.3.1: source address and port, at one socket).
struct DatagramPeer: Hashable, Sendable {
    let address: IPAddress
    let port: UInt16
    /// The interface of a link-local address, else 0.
    let scope: UInt32

    init(_ peer: csocket_address) {
        address = peer.ipAddress
        port = peer.port
        scope = peer.scope
    }

    var socketAddress: csocket_address {
        csocket_address(high: address.high, low: address.low, scope: scope, port: port)
    }

    /// For cookies: what tells one peer from another, in 24 octets.
    var octets: [UInt8] {
        let numbers = [address.high, address.low, UInt64(scope) << 16 | UInt64(port)]
        return numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    }

    var addressText: String {
        scope == 0 ? address.description : "\(address)%\(scope)"
    }
}

extension DatagramPeer: CustomStringConvertible {
    var description: String { Endpoint(.udp, host: addressText, port: port).description }
}
