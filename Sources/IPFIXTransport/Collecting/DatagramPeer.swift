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

    var addressText: String {
        scope == 0 ? address.description : "\(address)%\(scope)"
    }
}

extension DatagramPeer: CustomStringConvertible {
    var description: String { Endpoint(.udp, host: addressText, port: port).description }
}
