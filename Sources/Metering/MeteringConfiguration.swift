// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What a ``MeteringProcess`` meters, and how often it reports.
public struct MeteringConfiguration: Sendable {
    /// The name that records give this node.
    public var nodeName: String
    /// Connections of other conntrack zones are passed over. Antrea commits IPv4 in 65520 and IPv6 in 65510; empty means all.
    public var zones: Set<UInt16> = [65520, 65510]
    /// A connection with none of these bits in its mark has not passed policy yet, and is passed over: Antrea keeps in bits 0–3
    /// where the first packet came from. 0 takes all.
    public var acceptedMarkMask: UInt32 = 0xF
    /// Whether only connections with a pod of this node at one end are metered.
    public var onlyLocalPods = true
    /// Where the cluster's pods have their addresses. Tells an inter-node from an external flow; empty leaves the type open.
    public var podNetworks: [IPPrefix] = []
    /// A connection that goes on is reported this often, and first this long after it was first seen.
    public var activeTimeout: Duration = .seconds(5)
    /// A connection without traffic for this long is reported as idle if something of it has not been.
    public var idleTimeout: Duration = .seconds(15)
    /// Connections kept at once. Further ones are passed over and counted until others end.
    public var capacity = 500_000

    public init(nodeName: String) {
        self.nodeName = nodeName
    }
}
