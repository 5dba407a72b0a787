// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Metering

/// The pods of this node, where no switch's database tells them (schemas/json/pods.schema.json).
///
/// ```yaml
/// pods:
///   - {name: web-1, namespace: shop, addresses: [10.10.1.3, "fd10:10:1::3"], interface: web-1-d4e5f6}
/// ```
enum PodsFile {
    /// - Throws: every problem of the file, with its line.
    static func read(_ path: String) throws(ConfigurationProblems) -> [LocalPod] {
        try ListFile.read(path, under: "pods") { entry in
            let name = entry.value("name", "write the pod's name", ListEntry.name)
            let namespace = entry.value("namespace", "write the pod's namespace", ListEntry.name)
            let addresses = entry.values("addresses", "write a list of addresses such as [10.10.1.3]") { IPAddress($0) }
            let interface = entry.optional("interface", "write the name of the pod's switch port, or leave it out", ListEntry.name)
            guard let name, let namespace, let addresses else { return nil }
            return LocalPod(name: name, namespace: namespace, addresses: addresses, interface: interface ?? name)
        }
    }
}
