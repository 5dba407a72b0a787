// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// The Service behind an address, port and protocol that a client dialled at a time.
///
/// Services and nodes come and go on their own, so that a NodePort is found by its number once the address is known to be a node's.
public struct ServiceIndex: Sendable {
    private struct NodePort: Hashable {
        let port: UInt16
        let protocolIdentifier: UInt8
    }

    private struct Owner: AddressOwner {
        let name: NameID

        func isSame(as other: Self) -> Bool { name == other.name }
        mutating func complete(with other: Self) {}
    }

    private var ports: OwnerIndex<TransportAddress, Owner>
    private var nodePorts: OwnerIndex<NodePort, Owner>

    /// - Parameter capacity: ports of addresses, and NodePorts.
    public init(capacity: Int = 1 << 18) {
        ports = OwnerIndex(capacity: capacity)
        nodePorts = OwnerIndex(capacity: capacity)
    }

    public var count: Int { ports.count + nodePorts.count }
    public var refused: UInt64 { ports.refused + nodePorts.refused }

    /// - Parameter name: as `namespace/name:port`.
    public mutating func assign(_ place: TransportAddress, to name: NameID, from: Timestamp, knownBy: Timestamp) {
        ports.assign(place, to: Owner(name: name), from: from, knownBy: knownBy)
    }

    public mutating func assign(nodePort: UInt16, _ protocolIdentifier: UInt8, to name: NameID, from: Timestamp, knownBy: Timestamp) {
        nodePorts.assign(
            NodePort(port: nodePort, protocolIdentifier: protocolIdentifier), to: Owner(name: name), from: from, knownBy: knownBy)
    }

    public mutating func release(_ place: TransportAddress, of name: NameID, at time: Timestamp) {
        ports.release(place, of: Owner(name: name), at: time)
    }

    public mutating func release(nodePort: UInt16, _ protocolIdentifier: UInt8, of name: NameID, at time: Timestamp) {
        nodePorts.release(NodePort(port: nodePort, protocolIdentifier: protocolIdentifier), of: Owner(name: name), at: time)
    }

    /// - Parameter isNode: whether the address is a node's, where NodePorts listen.
    public func name(of place: TransportAddress, isNode: Bool, at time: Timestamp) -> NameID? {
        if let owner = ports.owner(of: place, at: time) { return owner.name }
        guard isNode else { return nil }
        return nodePorts.owner(of: NodePort(port: place.port, protocolIdentifier: place.protocolIdentifier), at: time)?.name
    }
}
