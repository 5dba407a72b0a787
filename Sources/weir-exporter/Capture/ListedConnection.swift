// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import PacketCapture

/// A connection as `--once` prints it, from any source.
struct ListedConnection {
    let connection: Connection
    /// The times of the first and the last packet; nil where the source does not know it.
    let first: Timestamp?
    let last: Timestamp?
    /// Octets of whole frames by direction; nil where frames were not seen.
    let frameOctets: UInt64?
    let reverseFrameOctets: UInt64?
    let end: CapturedConnection.End?

    init(_ connection: Connection) {
        self.connection = connection
        first = connection.start
        last = connection.stop
        frameOctets = nil
        reverseFrameOctets = nil
        end = nil
    }

    init(_ captured: CapturedConnection) {
        connection = captured.connection
        first = captured.first
        last = captured.last
        frameOctets = captured.frameOctets
        reverseFrameOctets = captured.reverseFrameOctets
        end = captured.end
    }

    /// RFC 5102 §5.11.3; nil while the connection goes on.
    var flowEndReason: Int? {
        switch end {
        case nil: nil
        case .idle: 1
        case .closed: 3
        case .displaced: 5
        }
    }
}

extension ListedConnection {
    /// By beginning, then by tuple, so that the same input prints the same.
    static func isBefore(_ a: Self, _ b: Self) -> Bool {
        let (first, second) = (a.connection, b.connection)
        guard a.first == b.first else { return (a.first ?? .distantPast) < (b.first ?? .distantPast) }
        if first.original == second.original { return (first.start ?? .distantPast) < (second.start ?? .distantPast) }
        return first.original.order.lexicographicallyPrecedes(second.original.order)
    }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(milliseconds: .min)
}

extension Connection.Tuple {
    fileprivate var order: [UInt64] {
        [
            source.high, source.low, destination.high, destination.low, UInt64(sourcePort), UInt64(destinationPort),
            UInt64(icmp?.identifier ?? 0),
        ]
    }
}
