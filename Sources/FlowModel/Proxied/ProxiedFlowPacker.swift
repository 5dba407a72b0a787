// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Packs records that are passed on into bodies of IPFIX Messages, each with its origin.
///
/// The templates are the reference's proxied ones, element by element: the aggregated record without what only an aggregation knows,
/// labels and cluster, then the four elements of the origin. The `weir` profile adds its own elements behind those, and has templates
/// without counters for connections that have none.
///
/// ```
///   ┌ 43 elements of exporters ┬ labels, clusterId ┬ 405, 403, 404, 61 ┬ milliseconds, ICMP type and code (weir) ┐
/// ```
public struct ProxiedFlowPacker: Sendable {
    /// In the order of their ids, from 256: IPv4, IPv6, then those without counters.
    public let templates: [Template]
    /// The bodies of the Messages that open a session.
    public let templateBodies: [[UInt8]]

    private let beforeOrigin: FlowEncoder
    private let afterOrigin: FlowEncoder
    private var record = OctetWriter(reserving: 1024)
    private var records: SetPacker

    private static let originElements: [InformationElement] = [
        .originalObservationDomainId, .originalExporterIPv4Address, .originalExporterIPv6Address, .flowDirection,
    ]
    /// Of the exporter's template; what lies behind is Weir's.
    private static let lastReferencePosition = 43

    /// - Parameters:
    ///   - maximumLength: octets of a whole Message, header included; a single record that is longer goes alone.
    ///   - maximumRecords: records of a Message. The reference's collector reads one Set with one record a Message.
    public init(profile: ExportProfile, maximumLength: Int, maximumRecords: Int = .max) {
        let told = FlowSchema.fields.filter { $0.exporterPosition.map { $0 <= Self.lastReferencePosition } ?? false }.map(\.field)
        let added = FlowSchema.fields.filter { $0.exporterPosition.map { $0 > Self.lastReferencePosition } ?? false }.map(\.field)
        let hasUncounted = profile == .weir
        let before = FlowTemplate.all(told + [.sourcePodLabels, .destinationPodLabels, .clusterId], hasUncounted: hasUncounted)
        let after = FlowTemplate.all(profile == .weir ? added : [], hasUncounted: hasUncounted)
        beforeOrigin = FlowEncoder(templates: before)
        afterOrigin = FlowEncoder(templates: after)
        let origin = Self.originElements.map { FieldSpecifier($0) }
        templates = zip(before, after).map { Template(id: $0.template.id, fields: $0.template.fields + origin + $1.template.fields) }
        records = SetPacker(maximumLength: maximumLength, maximumRecords: maximumRecords)
        templateBodies = records.bodies(of: templates).map(\.sets)
    }

    /// Adds a record; returns the body before it when the record did not fit any more.
    public mutating func append(_ flow: FlowRecord, from source: FlowOrigin, names: borrowing NameTable) -> MessageBody? {
        let index = beforeOrigin.templateIndex(for: flow)
        record.removeAll()
        beforeOrigin.encode(flow, by: index, names: names, into: &record)
        record.append(source.observationDomainID)
        record.append(source.exporter?.v4 ?? 0)
        let wide = source.exporter.flatMap { $0.family == .v6 ? $0 : nil }
        record.append(wide?.high ?? 0)
        record.append(wide?.low ?? 0)
        record.append(source.direction.rawValue)
        afterOrigin.encode(flow, by: index, names: names, into: &record)
        return records.append(record.octets, setID: templates[index].id, shortestRecord: templates[index].minimumRecordLength)
    }

    /// What has been added since the last body; nil when nothing has.
    public mutating func flush() -> MessageBody? { records.flush() }
}
