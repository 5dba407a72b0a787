// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowTesting
internal import IPFIX
internal import Mediation

/// Messages of one session: every record is handed over once, its names have texts, and what is sent on comes back the same.
enum MessageTarget {
    static func run(_ octets: [UInt8]) {
        var reader = SessionReader(exporter: "tcp://192.0.2.7")
        var names = NameTable(capacity: 256, octetCapacity: 1 << 16, seed: 1)
        var resending = Resending()
        var received: UInt64 = 0
        for message in messages(in: octets) {
            _ = reader.read(message, at: Timestamp(seconds: 1_800_000_000), names: &names) { flow, names in
                received += 1
                resending.check(flow, names)
                return .merged
            }
        }
        let counted = reader.takeMinutes(names: names).reduce(0) { $0 + $1.records }
        precondition(counted == received, "\(received) records were handed over and \(counted) counted")
    }

    /// Cut by their lengths, as a stream's are; what is left of a stream that cannot be followed is the last.
    private static func messages(in octets: [UInt8]) -> [[UInt8]] {
        let whole = MessageStream.messages(in: octets)
        let rest = octets.dropFirst(whole.reduce(0) { $0 + $1.count })
        return rest.isEmpty ? whole : whole + [Array(rest)]
    }
}

/// Sends a flow record on, reads it back, and sends that on: the octets must be the same.
private struct Resending {
    private var encoder = FlowEncoder(profile: .weir)
    private let plans: [FlowPlan]

    init() { plans = encoder.templates.map { FlowPlan($0.template) } }

    mutating func check(_ flow: FlowRecord, _ names: borrowing NameTable) {
        let index = encoder.templateIndex(for: flow)
        let first = encoder.encode(flow, by: index, names: names)
        let template = encoder.templates[index].template
        var decoder = MessageDecoder()
        let octets = Wire.message(template.set, Wire.set(template.id, first))
        guard let message = try? decoder.decode(octets), let set = message.dataSets.first, set.recordCount == 1 else {
            preconditionFailure("what the encoder wrote is no record")
        }
        var ownNames = NameTable(seed: 2)
        var batch = FlowBatch()
        var second: [UInt8] = []
        // The span is the array's, which lives through the call.
        plans[index].decode(unsafe octets.span.bytes, set: set, names: &ownNames, by: &batch) { batch, names in
            second = encoder.encode(batch[0], by: index, names: names)
        }
        precondition(first == second, "a record that was sent on came back as another")
    }
}
