// SPDX-License-Identifier: Apache-2.0

internal import Conntrack
internal import Metering

/// No more entries than there is room for, and each of them counted.
enum NetlinkTarget {
    private static let capacity = 16

    static func run(_ octets: [UInt8]) {
        var parser = ConntrackMessageParser(capacity: capacity)
        var connections: [Connection] = []
        _ = parser.receive(octets.span, into: &connections)
        precondition(connections.count == parser.entries && parser.entries <= capacity, "entries were counted wrongly")
    }
}
