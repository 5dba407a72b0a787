// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX

/// The messages that everything here works on: one exporter's, always the same, with names in the numbers that a cluster has.
enum Corpus {
    static let recordCount = 20_000
    /// What a datagram takes on an Ethernet.
    private static let messageLength = 1400

    /// An IPFIX File (RFC 5655) by the templates of Antrea's Flow Exporter.
    static func octets() -> [UInt8] {
        var names = NameTable(seed: 1)
        var octets: [UInt8] = []
        var sequenceNumber: UInt32 = 0
        func append(_ sets: [UInt8]) { octets += Wire.message(sets, sequenceNumber: sequenceNumber) }
        var packer = FlowPacker(profile: .antrea, maximumLength: messageLength)
        for sets in packer.templateBodies { append(sets) }
        for flow in flows(&names) {
            guard let body = packer.append(flow, names: names) else { continue }
            append(body.sets)
            sequenceNumber += body.recordCount
        }
        if let body = packer.flush() { append(body.sets) }
        return octets
    }

    private static func flows(_ names: inout NameTable) -> [FlowRecord] {
        var generator = SeededGenerator(seed: 1)
        let template = FlowTemplate.all(of: .antrea)[0]
        return (0..<recordCount).map { _ in
            var flow = FlowRecord()
            for field in template.fields { set(field, of: &flow, &names, &generator) }
            return flow
        }
    }

    private static func set(_ field: FlowField, of flow: inout FlowRecord, _ names: inout NameTable, _ generator: inout SeededGenerator) {
        let definition = FlowSchema.definition(of: field)
        switch definition.kind {
        case .name:
            if let text = text(for: definition.name, &generator) { flow[name: field] = names.id(of: text) }
        case .unsigned where definition.name == "flowType": flow[unsigned: field] = 1
        case .unsigned where definition.name.hasPrefix("flow") && definition.name.hasSuffix("Seconds"):
            flow[unsigned: field] = 1_800_000_000 + .random(in: 0..<60, using: &generator)
        default: flow.setRandom(definition, family: .v4, names: &names, using: &generator)
        }
    }

    /// A name as long as a cluster's are, of as many as it has; nil for what most flows do not have. Of Antrea's 19 names 12 are there,
    /// and a record takes about 290 octets.
    private static func text(for name: String, _ generator: inout SeededGenerator) -> String? {
        func number(below count: Int) -> Int { .random(in: 0..<count, using: &generator) }
        switch name {
        case "sourcePodName", "destinationPodName": return "checkout-5d78c9869d-\(number(below: 2000))"
        case "sourceNodeName", "destinationNodeName": return "worker-\(number(below: 50))"
        case "sourcePodNamespace", "destinationPodNamespace": return "shop-\(number(below: 20))"
        case "destinationServicePortName": return "shop-\(number(below: 20))/checkout:http"
        case "ingressNetworkPolicyName", "egressNetworkPolicyName": return "allow-web-\(number(below: 200))"
        case "ingressNetworkPolicyNamespace", "egressNetworkPolicyNamespace": return "shop-\(number(below: 20))"
        case "tcpState": return ["ESTABLISHED", "TIME_WAIT", "SYN_SENT"][number(below: 3)]
        default: return nil
        }
    }
}
