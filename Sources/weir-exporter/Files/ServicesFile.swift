// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIX
import Metering

/// The names of Services by every address that clients use (schemas/json/services.schema.json).
///
/// ```yaml
/// services:
///   - {name: "shop/web:http", addresses: [10.96.0.10, 203.0.113.7], port: 80, protocol: tcp}
///   - {name: "shop/web:http", addresses: [192.0.2.1], port: 30080}
/// ```
///
/// `name` is what `destinationServicePortName` says: namespace, name and port name. A NodePort is an entry of its own, with the nodes'
/// addresses.
enum ServicesFile {
    /// - Throws: every problem of the file, with its line.
    static func read(_ path: String) throws(ConfigurationProblems) -> [ServicePort: String] {
        var services: [ServicePort: String] = [:]
        for (ports, name) in try ListFile.read(path, under: "services", entry) {
            for port in ports { services[port] = name }
        }
        return services
    }

    private static func entry(_ entry: inout ListEntry) -> ([ServicePort], String)? {
        let name = entry.value("name", "write namespace/name:port", ListEntry.name)
        let addresses = entry.values("addresses", "write a list of addresses such as [10.96.0.10]") { IPAddress($0) }
        let port = entry.value("port", "write a number from 1 to 65535") { UInt16($0).flatMap { $0 == 0 ? nil : $0 } }
        let identifier = entry.optional("protocol", "write tcp, udp, sctp or a number, or leave it out for tcp") { ProtocolName.number($0) }
        guard let name, let addresses, let port else { return nil }
        return (addresses.map { ServicePort(address: $0, port: port, protocolIdentifier: identifier ?? 6) }, name)
    }
}
