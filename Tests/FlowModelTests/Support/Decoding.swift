// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX

/// A session's decoder and the flow records that come of its messages.
struct Decoding: ~Copyable {
    var decoder = MessageDecoder()
    var names = NameTable(seed: 7)
    private var batch = FlowBatch()

    mutating func flows(_ octets: [UInt8]) throws -> [FlowRecord] {
        var flows: [FlowRecord] = []
        for set in try decoder.decode(octets).dataSets {
            let plan = FlowPlan(set.template)
            // The span is the array's, which lives through the call.
            plan.decode(unsafe octets.span.bytes, set: set, names: &names, by: &batch) { batch, _ in
                for index in batch.indices { flows.append(batch[index]) }
            }
        }
        return flows
    }
}

/// A field's value apart from any name table.
enum FieldValue: Hashable {
    case unknown
    case number(UInt64)
    case text(String)
    case address(IPAddress)
    case pair(UInt64, UInt64)

    init(_ definition: FlowFieldDefinition, of flow: FlowRecord, _ names: borrowing NameTable) {
        let field = definition.field
        self =
            switch definition.kind {
            case .unsigned: flow[unsigned: field].map { .number($0) } ?? .unknown
            case .time: flow[time: field].map { .number(UInt64(bitPattern: $0.milliseconds)) } ?? .unknown
            case .name: flow[name: field].map { .text(names.text(of: $0)) } ?? .unknown
            case .address: flow[address: field].map { .address($0) } ?? .unknown
            case .uuid: flow[uuid: field].map { .pair($0.high, $0.low) } ?? .unknown
            }
    }
}
