// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Packs statistics into bodies of IPFIX Messages, as ``FlowPacker`` does with flows.
public struct StatisticsPacker: Sendable {
    private var encoder = StatisticsEncoder()
    private let maximumLength: Int
    /// Records that could not be sent because a total that every template has is unknown.
    public private(set) var unsendable: UInt64 = 0

    /// - Parameter maximumLength: octets of a whole Message, header included; a single record that is longer goes alone.
    public init(maximumLength: Int) {
        self.maximumLength = maximumLength - MessageHeader.length
    }

    /// The bodies of the Messages that make the templates known, to follow those of flows.
    public var templateBodies: [[UInt8]] {
        var bodies: [[UInt8]] = []
        for set in StatisticsTemplate.all.map(\.template.set) {
            if let last = bodies.last, last.count + set.count <= maximumLength {
                bodies[bodies.count - 1] += set
            } else {
                bodies.append(set)
            }
        }
        return bodies
    }

    /// The records in their order, packed; those of one template side by side share a Set.
    public mutating func bodies(of records: [StatisticsRecord], names: borrowing NameTable) -> [FlowPacker.Body] {
        var bodies: [FlowPacker.Body] = []
        var body = OctetWriter()
        var count: UInt32 = 0
        var set: (id: UInt16, start: Int)?
        for record in records {
            guard let template = StatisticsEncoder.template(for: record) else {
                unsendable += 1
                continue
            }
            let octets = encoder.encode(record, by: template, names: names)
            let id = template.template.id
            if count > 0, body.count + octets.count + (set?.id == id ? 0 : SetID.headerLength) > maximumLength {
                bodies.append(FlowPacker.Body(sets: body.octets, recordCount: count))
                body.removeAll()
                (count, set) = (0, nil)
            }
            if set?.id != id {
                set = (id, body.count)
                body.append(id)
                body.append(UInt16(0))
            }
            body.append(contentsOf: octets)
            count += 1
            if let set { body.replace(at: set.start + 2, with: UInt16(body.count - set.start)) }
        }
        if count > 0 { bodies.append(FlowPacker.Body(sets: body.octets, recordCount: count)) }
        return bodies
    }
}
