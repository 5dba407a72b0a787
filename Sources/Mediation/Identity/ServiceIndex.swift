// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// The Service behind an address, port and protocol that a client dialled.
public struct ServiceIndex: Sendable {
    private struct Key: Hashable {
        let address: IPAddress
        let port: UInt16
        let protocolIdentifier: UInt8
    }

    private var names: [Key: NameID] = [:]

    public init() {}

    public var count: Int { names.count }

    /// - Parameter name: as `namespace/name:port`.
    public mutating func insert(_ name: NameID, address: IPAddress, port: UInt16, protocolIdentifier: UInt8) {
        names[Key(address: address, port: port, protocolIdentifier: protocolIdentifier)] = name
    }

    public func name(address: IPAddress, port: UInt16, protocolIdentifier: UInt8) -> NameID? {
        names[Key(address: address, port: port, protocolIdentifier: protocolIdentifier)]
    }
}
