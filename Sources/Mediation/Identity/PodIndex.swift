// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// Which pod held an address at a time, from intervals of ownership rather than "the last one seen".
///
/// The cluster says within which bounds an address changed hands, and a pod's own node that the pod held it while a flow lasted
/// (``OwnerHistory`` concludes the moment). Pods on the host's network share their node's address; they are found by their ports there.
public struct PodIndex: Sendable {
    public struct Owner: Sendable, Hashable {
        public var name: NameID
        public var namespace: NameID
        public var node: NameID?
        /// JSON object text.
        public var labels: NameID?
        public var workloadKind: NameID?
        public var workloadName: NameID?

        public init(
            name: NameID, namespace: NameID, node: NameID?, labels: NameID? = nil, workloadKind: NameID? = nil, workloadName: NameID? = nil
        ) {
            self.name = name
            self.namespace = namespace
            self.node = node
            self.labels = labels
            self.workloadKind = workloadKind
            self.workloadName = workloadName
        }
    }

    private var addresses: OwnerIndex<IPAddress, Owner>
    private var hostPorts: OwnerIndex<TransportAddress, Owner>

    /// - Parameter capacity: addresses kept. One that was given free, or that nodes told of an hour ago, makes room for a new one; while all
    ///   are held a new one is refused.
    public init(capacity: Int = 1 << 18) {
        addresses = OwnerIndex(capacity: capacity)
        hostPorts = OwnerIndex(capacity: capacity / 4 + 1)
    }

    public var addressCount: Int { addresses.count }
    /// How many times an address was refused because there was no room.
    public var refused: UInt64 { addresses.refused + hostPorts.refused }
    /// How many addresses that were given free made room for others.
    public var evicted: UInt64 { addresses.evicted + hostPorts.evicted }

    /// The pod that held an address at a time; nil when none is known.
    public func owner(of address: IPAddress, at time: Timestamp) -> Owner? { addresses.owner(of: address, at: time) }

    /// The pod on the host's network behind a port of its node.
    public func owner(of hostPort: TransportAddress, at time: Timestamp) -> Owner? { hostPorts.owner(of: hostPort, at: time) }

    /// Whether a pod cannot have held an address at a time, since the cluster began it later.
    public func isTooEarly(_ owner: Owner, of address: IPAddress, at time: Timestamp) -> Bool {
        addresses.isTooEarly(owner, of: address, at: time)
    }

    /// The cluster says that an address is a pod's.
    ///
    /// - Parameters:
    ///   - from: no later than when it became so.
    ///   - knownBy: when that was read; `from` if nil.
    public mutating func assign(_ address: IPAddress, to owner: Owner, from: Timestamp, knownBy: Timestamp? = nil) {
        addresses.assign(address, to: owner, from: from, knownBy: knownBy ?? from)
    }

    public mutating func assign(_ hostPort: TransportAddress, to owner: Owner, from: Timestamp, knownBy: Timestamp? = nil) {
        hostPorts.assign(hostPort, to: owner, from: from, knownBy: knownBy ?? from)
    }

    /// The node of a pod says that the pod held an address at a time. Without the cluster's word that holds for an hour.
    public mutating func observe(_ address: IPAddress, of owner: Owner, at time: Timestamp) {
        addresses.observe(address, of: owner, at: time)
    }

    public mutating func release(_ address: IPAddress, of owner: Owner, at time: Timestamp) {
        addresses.release(address, of: owner, at: time)
    }

    public mutating func release(_ hostPort: TransportAddress, of owner: Owner, at time: Timestamp) {
        hostPorts.release(hostPort, of: owner, at: time)
    }
}

/// An address with a port of a protocol.
public struct TransportAddress: Sendable, Hashable {
    public var address: IPAddress
    public var port: UInt16
    public var protocolIdentifier: UInt8

    public init(address: IPAddress, port: UInt16, protocolIdentifier: UInt8) {
        self.address = address
        self.port = port
        self.protocolIdentifier = protocolIdentifier
    }
}

extension PodIndex.Owner: AddressOwner {
    func isSame(as other: Self) -> Bool { name == other.name && namespace == other.namespace }

    mutating func complete(with other: Self) {
        node = other.node ?? node
        labels = other.labels ?? labels
        workloadKind = other.workloadKind ?? workloadKind
        workloadName = other.workloadName ?? workloadName
    }
}
