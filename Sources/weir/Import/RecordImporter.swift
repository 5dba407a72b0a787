// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Takes the records of messages as flows.
struct RecordImporter: RecordWriter {
    private let sink: ImportSink
    private var mappings: [MappingKey: Mapping] = [:]
    private var origins: [Origin: OriginState] = [:]

    private struct MappingKey: Hashable {
        let template: Template
        let hasClock: Bool
    }

    private struct Mapping {
        let columns: [DecodedColumn]
        let mapping: RecordMapping
        let tellsSampling: Bool
    }

    /// Who exported a record.
    private struct Origin: Hashable {
        let session: SessionName
        let domain: UInt32
    }

    private struct OriginState {
        let number: Int
        /// What the Observation Domain is in a file that `weir export` wrote.
        var exported: ExportedDomain?
    }

    /// Templates and origins beyond this many are looked up anew; origins then share a number.
    private static let capacity = 1 << 16

    init(sink: ImportSink) {
        self.sink = sink
    }

    mutating func write(_ set: DecodedSet) throws {
        let key = Origin(session: set.origin.session, domain: set.origin.header.observationDomainID)
        var origin = origins[key] ?? OriginState(number: origins.count + 1)
        defer { if origins.count < Self.capacity || origins[key] != nil { origins[key] = origin } }
        if set.template.isOptionsTemplate {
            for record in set.records {
                origin.exported = ExportedDomain(record) ?? origin.exported
                if let interval = Sampling.interval(in: record) { sink.note(samplingInterval: interval) }
            }
            return
        }
        let exportTime = Timestamp(seconds: Int64(set.origin.header.exportTime))
        let mapping = mapping(of: set)
        for record in set.records {
            if mapping.tellsSampling, let interval = Sampling.interval(in: record) { sink.note(samplingInterval: interval) }
            var flow = mapping.mapping.flow(exportTime: exportTime, isZeroUnknown: origin.exported == nil, names: &sink.names) {
                Self.value(of: mapping.columns[$0], in: record, of: set)
            }
            if let exported = origin.exported { exported.complete(&flow) } else { flow.makeForeign() }
            try sink.take(flow, origin: origin.number)
        }
    }

    /// The first value of a repeated element that is not an unspecified address.
    private static func value(of column: DecodedColumn, in record: DataRecord, of set: DecodedSet) -> Value? {
        for place in column.places {
            let value = set.value(of: column, at: place, in: record)
            if column.places.count == 1 { return value }
            if case .address(let address) = value, address.isUnspecified { continue }
            return value
        }
        return nil
    }

    private mutating func mapping(of set: DecodedSet) -> Mapping {
        let key = MappingKey(template: set.template, hasClock: set.clock != nil)
        if let known = mappings[key] { return known }
        if mappings.count >= Self.capacity { mappings.removeAll() }
        let mapping = Mapping(
            columns: set.columns, mapping: RecordMapping(columns: set.columns.map(\.name)),
            tellsSampling: Sampling.isTold(by: set.template))
        // Without records a set has no columns.
        if !set.columns.isEmpty { mappings[key] = mapping }
        return mapping
    }
}
