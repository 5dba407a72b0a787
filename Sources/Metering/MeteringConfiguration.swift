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
    /// IANA protocol numbers; others are passed over. Nil means all, and an empty set none.
    public var protocols: Set<UInt8>?
    /// Only connections with an end in one of these are metered; empty means all.
    public var networks: [IPPrefix] = []
    /// Connections with an end in one of these are passed over; so are Services' networks where another proxy translates them.
    public var excludedNetworks: [IPPrefix] = []
    /// Addresses of this node's gateway. Connections to them are passed over: the node's own probes are noise.
    public var gateways: Set<IPAddress> = []
    /// Whether only connections with a pod of this node at one end are metered, and those of clients from outside that this node passes on to a
    /// pod of another.
    public var onlyLocalPods = true
    /// Whether connections of zone 0 tell who is behind those from outside, if zone 0 is not metered itself.
    public var recoversExternalClients = true
    /// Where the cluster's pods have their addresses. Tells an inter-node from an external flow; empty leaves the type open.
    public var podNetworks: [IPPrefix] = []
    /// A connection that goes on is reported this often, and first this long after it was first seen.
    public var activeTimeout: Duration = .seconds(5)
    /// A connection without traffic for this long is reported as idle if something of it has not been.
    public var idleTimeout: Duration = .seconds(15)
    /// Connections kept at once. When they are as many, one that has just begun takes the place of the one that has been idle for longest,
    /// if that is idle for `idleTimeout`; others are passed over and counted.
    public var capacity = 500_000
    /// Ended connections kept until every collector has their last record. Beyond it the oldest are forgotten and counted.
    public var endedCapacity = 65_536
    /// 1–32. Each is told everything, and none waits for another.
    public var collectorCount = 1

    public init(nodeName: String) {
        self.nodeName = nodeName
    }
}
