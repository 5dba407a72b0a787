// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Packs flow records into bodies of IPFIX Messages: one or more complete Data Sets each, no longer than the transport takes.
public struct FlowPacker: Sendable {
    private var encoder: FlowEncoder
    private var records: SetPacker

    /// The bodies of the Messages that open a session: Template Sets, as many templates in each as records may be.
    public let templateBodies: [[UInt8]]

    /// - Parameters:
    ///   - maximumLength: octets of a whole Message, header included; a single record that is longer goes alone.
    ///   - maximumRecords: records of a Message. The reference's collector reads one Set with one record a Message.
    public init(profile: ExportProfile, maximumLength: Int, maximumRecords: Int = .max) {
        encoder = FlowEncoder(profile: profile)
        records = SetPacker(maximumLength: maximumLength, maximumRecords: maximumRecords)
        templateBodies = records.bodies(of: encoder.templates.map(\.template)).map(\.sets)
    }

    /// Adds a record; returns the body before it when the record did not fit any more.
    public mutating func append(_ flow: FlowRecord, names: borrowing NameTable) -> MessageBody? {
        let index = encoder.templateIndex(for: flow)
        let template = encoder.templates[index].template
        return records.append(
            encoder.encode(flow, by: index, names: names), setID: template.id, shortestRecord: template.minimumRecordLength)
    }

    /// What has been added since the last body; nil when nothing has.
    public mutating func flush() -> MessageBody? { records.flush() }
}
