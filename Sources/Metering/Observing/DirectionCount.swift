// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What one direction of a connection carried, where a flow of the switch counts each direction on its own
/// (the learned flows of an accounting table).
public struct DirectionCount: Sendable, Hashable {
    /// Of the packets as they were counted: a reply to a Service carries the Service's address as its source.
    public var tuple: Connection.Tuple
    public var protocolIdentifier: UInt8
    /// The conntrack zone that the flow matches; nil where it matches any.
    public var zone: UInt16?
    public var packets: UInt64
    /// IP-layer octets.
    public var octets: UInt64
    /// How long the flow that counts has existed.
    public var age: Duration

    public init(tuple: Connection.Tuple, protocolIdentifier: UInt8, zone: UInt16? = nil, packets: UInt64, octets: UInt64, age: Duration) {
        self.tuple = tuple
        self.protocolIdentifier = protocolIdentifier
        self.zone = zone
        self.packets = packets
        self.octets = octets
        self.age = age
    }
}
