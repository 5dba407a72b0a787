// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Metering

/// The pod that the `external_ids` of an interface name, in the words of Antrea or of OVN-Kubernetes.
///
///     Antrea          pod-name=web-1  pod-namespace=lab  ip-address="10.10.1.3,fd10:10:1::3"
///     OVN-Kubernetes  iface-id=lab_web-1                 ip_addresses="10.10.1.3/24"
struct InterfaceOwner {
    let name: String
    let namespace: String
    let addresses: [IPAddress]

    /// Nil where no pod is named: gateways, tunnels, virtual machines.
    init?(externalIDs: [String: String]) {
        if let name = externalIDs["pod-name"], let namespace = externalIDs["pod-namespace"] {
            (self.name, self.namespace) = (name, namespace)
        } else if let (namespace, name) = Self.parts(ofInterfaceID: externalIDs["iface-id"]) {
            (self.name, self.namespace) = (name, namespace)
        } else {
            return nil
        }
        guard !name.isEmpty, !namespace.isEmpty else { return nil }
        addresses = Self.addresses(externalIDs["ip-address"] ?? externalIDs["ip_addresses"] ?? "")
    }

    func pod(interface: String) -> LocalPod {
        LocalPod(name: name, namespace: namespace, addresses: addresses, interface: interface)
    }

    /// Kubernetes names have no underscore, so the first one divides.
    private static func parts(ofInterfaceID text: String?) -> (namespace: String, name: String)? {
        guard let parts = text?.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false), parts.count == 2 else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    /// The first address of each family. A prefix length and quotes are no part of an address.
    private static func addresses(_ text: String) -> [IPAddress] {
        var found: [IPAddress] = []
        for part in text.split(whereSeparator: { ", \"'".contains($0) }) {
            guard let address = IPAddress(part.prefix { $0 != "/" }) else { continue }
            if !found.contains(where: { $0.family == address.family }) { found.append(address) }
        }
        return found
    }
}
