// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX

/// Records of every template, filled with values that tell the fields apart.
enum StatisticsSamples {
    static let all = StatisticsTemplate.all

    /// All that a template can carry; a name is the field's, so that it is found again.
    static func record(for template: StatisticsTemplate, names: inout NameTable) -> StatisticsRecord {
        var record = StatisticsRecord(template.kind)
        for definition in StatisticsSchema.fields(of: template.kind) where definition.group.map(template.groups.contains) ?? true {
            switch definition.kind {
            case .name: record[name: definition.field] = names.id(of: definition.name)
            case .time: record[time: definition.field] = Timestamp(milliseconds: 1_700_000_000_000 + Int64(definition.field.rawValue))
            default:
                record[unsigned: definition.field] =
                    definition.element.type == .unsigned64 ? 1 << 40 + UInt64(definition.field.rawValue) : 2
            }
        }
        return record
    }
}

/// A session's decoder and the statistics that come of its messages.
struct StatisticsDecoding: ~Copyable {
    var decoder = MessageDecoder()
    var names = NameTable(seed: 7)
    var reader = StatisticsReader(exporter: "tcp://192.0.2.7")

    mutating func records(_ octets: [UInt8], at now: Timestamp = Timestamp(seconds: 1_700_000_060)) throws -> [StatisticsRecord] {
        let message = try decoder.decode(octets)
        for set in message.dataSets {
            // The span is the array's, which lives through the call.
            _ = reader.read(unsafe octets.span.bytes, set: set, header: message.header, at: now, names: &names)
        }
        return reader.take().map(\.record)
    }
}

/// A whole Message around Sets.
func message(_ sets: [UInt8], domain: UInt32 = 9, exportTime: UInt32 = 1_700_000_000) -> [UInt8] {
    MessageHeader(
        messageLength: UInt16(MessageHeader.length + sets.count), exportTime: exportTime, sequenceNumber: 0, observationDomainID: domain
    ).octets + sets
}
