// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// One address of one port of a Service: its cluster address, or a node's, a LoadBalancer's or an external one.
public struct ServicePort: Sendable, Hashable {
    public var address: IPAddress
    public var port: UInt16
    public var protocolIdentifier: UInt8

    public init(address: IPAddress, port: UInt16, protocolIdentifier: UInt8) {
        self.address = address
        self.port = port
        self.protocolIdentifier = protocolIdentifier
    }
}
