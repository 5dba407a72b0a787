// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Word of one connection that came, changed or went, told by a source when it happened instead of found by a poll.
///
/// An event says less than a table entry: the kernel's carry counters and times only when they are `destroyed`, and labels only when
/// those changed (net/netfilter/nf_conntrack_netlink.c, `ctnetlink_conntrack_event`). What an event leaves out stays as it was known.
public struct ConnectionEvent: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        case new, updated
        /// The entry is gone; its counters are final.
        case destroyed
    }

    public var connection: Connection
    public var kind: Kind

    public init(_ connection: Connection, kind: Kind) {
        self.connection = connection
        self.kind = kind
    }
}
