// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Packs statistics into bodies of IPFIX Messages, as ``FlowPacker`` does with flows.
public struct StatisticsPacker: Sendable {
    private var encoder = StatisticsEncoder()
    private let packer: SetPacker
    /// Records that could not be sent because a total that every template has is unknown.
    public private(set) var unsendable: UInt64 = 0

    /// - Parameter maximumLength: octets of a whole Message, header included; a single record that is longer goes alone.
    public init(maximumLength: Int) {
        packer = SetPacker(maximumLength: maximumLength)
    }

    /// The bodies of the Messages that make the templates known, to follow those of flows.
    public var templateBodies: [[UInt8]] { packer.bodies(of: StatisticsTemplate.all.map(\.template)).map(\.sets) }

    /// The records in their order, packed; those of one template side by side share a Set.
    public mutating func bodies(of records: [StatisticsRecord], names: borrowing NameTable) -> [MessageBody] {
        var packer = packer
        var bodies: [MessageBody] = []
        for record in records {
            guard let template = StatisticsEncoder.template(for: record) else {
                unsendable += 1
                continue
            }
            let octets = encoder.encode(record, by: template, names: names)
            let full = packer.append(octets, setID: template.template.id, shortestRecord: template.template.minimumRecordLength)
            if let full { bodies.append(full) }
        }
        if let last = packer.flush() { bodies.append(last) }
        return bodies
    }
}
