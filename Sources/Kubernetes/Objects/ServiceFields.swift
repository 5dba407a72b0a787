// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import JSON
internal import Mediation

/// Of a Service's `spec` and `status`.
struct ServiceFields {
    private var clusterAddress: IPAddress?
    private var clusterAddresses: [IPAddress] = []
    private var externalAddresses: [IPAddress] = []
    private var ingressAddresses: [IPAddress] = []
    private var ports: [ClusterService.Port] = []

    func service(_ object: ObjectFields) -> ClusterService? {
        guard let name = object.name, let namespace = object.namespace else { return nil }
        // A headless Service says "None" where an address would be, and so has none.
        let cluster = clusterAddresses.isEmpty ? [clusterAddress].compactMap { $0 } : clusterAddresses
        return ClusterService(
            name: name, namespace: namespace, addresses: cluster + externalAddresses + ingressAddresses, ports: ports,
            created: object.created ?? Timestamp(milliseconds: 0))
    }

    mutating func readSpecification(_ name: String, _ reader: inout JSONReader) throws(JSONReader.Malformed) {
        switch name {
        case "clusterIP": clusterAddress = try reader.text().flatMap { IPAddress($0) }
        case "clusterIPs": clusterAddresses = try reader.addresses()
        case "externalIPs": externalAddresses = try reader.addresses()
        case "ports": try reader.elements { reader throws(JSONReader.Malformed) in try readPort(&reader) }
        default: break
        }
    }

    mutating func readStatus(_ name: String, _ reader: inout JSONReader) throws(JSONReader.Malformed) {
        guard name == "loadBalancer" else { return }
        try reader.members { name, reader throws(JSONReader.Malformed) in
            if name == "ingress" { ingressAddresses = try reader.addresses("ip") }
        }
    }

    private mutating func readPort(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
        var portName: String?
        var number: UInt16?
        var nodePort: UInt16?
        var transport: UInt8? = 6
        try reader.members { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "name": portName = try reader.text()
            case "port": number = try reader.text().flatMap { UInt16($0) }
            case "nodePort": nodePort = try reader.text().flatMap { UInt16($0) }
            case "protocol": transport = try reader.text().flatMap { TransportProtocols.identifier(of: $0) }
            default: break
            }
        }
        guard let number, let transport else { return }
        ports.append(
            ClusterService.Port(name: portName, port: number, nodePort: nodePort == 0 ? nil : nodePort, protocolIdentifier: transport))
    }
}
