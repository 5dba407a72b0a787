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
            let count = variety(of: definition.name)
            if count > 0 { flow[name: field] = names.id(of: "\(definition.name)-\(Int.random(in: 0..<count, using: &generator))") }
        case .unsigned where definition.name == "flowType": flow[unsigned: field] = 1
        case .unsigned where definition.name.hasPrefix("flow") && definition.name.hasSuffix("Seconds"):
            flow[unsigned: field] = 1_800_000_000 + .random(in: 0..<60, using: &generator)
        default: flow.setRandom(definition, family: .v4, names: &names, using: &generator)
        }
    }

    /// How many texts a field has.
    private static func variety(of name: String) -> Int {
        switch name {
        case "sourcePodName", "destinationPodName": 2000
        case "sourceNodeName", "destinationNodeName": 50
        case "tcpState": 6
        case _ where name.hasPrefix("egressN") && !name.hasPrefix("egressNetwork") || name == "egressIP": 0
        case _ where name.hasSuffix("Namespace"): 20
        default: 200
        }
    }
}
