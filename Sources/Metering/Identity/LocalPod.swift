// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// A pod of this node, as its switch port names it (the `external_ids` of an OVSDB Interface row).
public struct LocalPod: Sendable, Hashable {
    public var name: String
    public var namespace: String
    /// One address a family; empty while the CNI has not assigned any.
    public var addresses: [IPAddress]
    /// The Interface's name, which is the switch port's.
    public var interface: String

    public init(name: String, namespace: String, addresses: [IPAddress], interface: String) {
        self.name = name
        self.namespace = namespace
        self.addresses = addresses
        self.interface = interface
    }
}
