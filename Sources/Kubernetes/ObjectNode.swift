// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import Mediation
internal import Yams

/// One Kubernetes object as YAML nodes, with the few fields that flow records need (Kubernetes API, core/v1).
struct ObjectNode {
    let node: Node
    let kind: String

    /// The objects of a document: those of a list, or the one it is. Items of a `PodList` carry no kind of their own.
    static func items(of document: Node) -> [ObjectNode] {
        guard let kind = document["kind"]?.string else { return [] }
        guard let items = document["items"]?.sequence else { return [ObjectNode(node: document, kind: kind)] }
        let listed = kind.hasSuffix("List") ? String(kind.dropLast(4)) : kind
        return items.map { ObjectNode(node: $0, kind: $0["kind"]?.string ?? listed) }
    }

    private var name: String? { node["metadata"]?["name"]?.string }
    private var namespace: String? { node["metadata"]?["namespace"]?.string }

    /// Addresses by which a node is reached from outside, where NodePorts listen.
    var nodeAddresses: [IPAddress] {
        let addresses = node["status"]?["addresses"]?.sequence.map { Array($0) } ?? []
        return addresses.compactMap { $0["address"]?.string.flatMap { IPAddress($0) } }
    }

    /// A pod on the host's network, one that has finished, or one that has no address yet.
    var isWithoutAddress: Bool {
        let phase = node["status"]?["phase"]?.string
        return node["spec"]?["hostNetwork"]?.bool == true || phase == "Succeeded" || phase == "Failed" || podAddresses.isEmpty
    }

    var pod: ClusterPod? {
        guard !isWithoutAddress, let name, let namespace else { return nil }
        let created = node["metadata"]?["creationTimestamp"].flatMap(timestamp)
        return ClusterPod(
            name: name, namespace: namespace, nodeName: node["spec"]?["nodeName"]?.string, labels: labels,
            addresses: podAddresses, created: created ?? Timestamp(milliseconds: 0))
    }

    private var podAddresses: [IPAddress] {
        let status = node["status"]
        let all = status?["podIPs"]?.sequence.map { $0.compactMap { $0["ip"]?.string } } ?? []
        return (all.isEmpty ? [status?["podIP"]?.string].compactMap { $0 } : all).compactMap { IPAddress($0) }
    }

    private var labels: String {
        let mapping = node["metadata"]?["labels"]?.mapping
        let pairs = mapping?.compactMap { key, value in key.string.flatMap { name in value.string.map { (name, $0) } } } ?? []
        return JSONText.object(pairs.sorted { $0.0 < $1.0 })
    }

    /// Every port of a Service on every address that leads to it.
    func services(nodeAddresses: [IPAddress]) -> [ClusterService] {
        guard let name, let namespace, let ports = node["spec"]?["ports"]?.sequence else { return [] }
        return ports.flatMap { port -> [ClusterService] in
            guard let number = port["port"]?.int.flatMap({ UInt16(exactly: $0) }),
                let protocolIdentifier = Self.protocols[port["protocol"]?.string ?? "TCP"]
            else { return [] }
            let portName = port["name"]?.string.map { "\(namespace)/\(name):\($0)" } ?? "\(namespace)/\(name)"
            var services = [
                ClusterService(portName: portName, addresses: serviceAddresses, port: number, protocolIdentifier: protocolIdentifier)
            ]
            if let nodePort = port["nodePort"]?.int.flatMap({ UInt16(exactly: $0) }), nodePort != 0 {
                services.append(
                    ClusterService(portName: portName, addresses: nodeAddresses, port: nodePort, protocolIdentifier: protocolIdentifier))
            }
            return services
        }
    }

    private var serviceAddresses: [IPAddress] {
        let spec = node["spec"]
        let cluster = spec?["clusterIPs"]?.sequence.map { $0.compactMap(\.string) } ?? [spec?["clusterIP"]?.string].compactMap { $0 }
        let external = spec?["externalIPs"]?.sequence.map { $0.compactMap(\.string) } ?? []
        let ingress = node["status"]?["loadBalancer"]?["ingress"]?.sequence.map { $0.compactMap { $0["ip"]?.string } } ?? []
        // A headless Service says "None" where an address would be.
        return (cluster + external + ingress).compactMap { IPAddress($0) }
    }

    private static let protocols: [String: UInt8] = ["TCP": 6, "UDP": 17, "SCTP": 132]

    /// RFC 3339 in UTC, as the API prints times.
    private func timestamp(_ node: Node) -> Timestamp? {
        guard let text = node.string else { return nil }
        let numbers = text.split { !("0"..."9").contains($0) }.prefix(6).compactMap { Int($0) }
        guard numbers.count == 6 else { return nil }
        return Timestamp(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4], second: numbers[5])
    }
}

/// Labels as the text of a JSON object (RFC 8259).
enum JSONText {
    static func object(_ pairs: [(String, String)]) -> String {
        "{" + pairs.map { "\(string($0.0)):\(string($0.1))" }.joined(separator: ",") + "}"
    }

    private static func string(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20:
                let hexadecimal = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
