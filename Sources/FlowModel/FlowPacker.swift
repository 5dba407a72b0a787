// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Packs flow records into bodies of IPFIX Messages: one or more complete Data Sets each, no longer than the transport takes.
public struct FlowPacker: Sendable {
    /// A Message without its header: complete Sets, and how many Data Records they hold.
    public struct Body: Sendable {
        public let sets: [UInt8]
        public let recordCount: UInt32
    }

    private var encoder: FlowEncoder
    private let maximumLength: Int
    private let maximumRecords: Int
    private var body = OctetWriter()
    private var records: UInt32 = 0
    private var openSet: (template: Int, start: Int)?

    /// - Parameters:
    ///   - maximumLength: octets of a whole Message, header included; a single record that is longer goes alone.
    ///   - maximumRecords: records of a Message. The reference's collector reads one Set with one record a Message.
    public init(profile: ExportProfile, maximumLength: Int, maximumRecords: Int = .max) {
        encoder = FlowEncoder(profile: profile)
        self.maximumLength = maximumLength - MessageHeader.length
        self.maximumRecords = maximumRecords
    }

    /// The bodies of the Messages that open a session: Template Sets, as many in each as records may be.
    public var templateBodies: [[UInt8]] {
        var bodies: [[UInt8]] = [], count = 0
        for set in encoder.templates.map(\.template.set) {
            if let last = bodies.last, count < maximumRecords, last.count + set.count <= maximumLength {
                bodies[bodies.count - 1] += set
                count += 1
            } else {
                bodies.append(set)
                count = 1
            }
        }
        return bodies
    }

    /// Adds a record; returns the body before it when the record did not fit any more.
    public mutating func append(_ flow: FlowRecord, names: borrowing NameTable) -> Body? {
        let index = encoder.templateIndex(for: flow)
        let octets = encoder.encode(flow, by: index, names: names)
        let needed = octets.count + (openSet?.template == index ? 0 : SetID.headerLength)
        var finished: Body?
        if records > 0, body.count + needed > maximumLength || Int(records) >= maximumRecords { finished = flush() }
        if openSet?.template != index { open(index) }
        body.append(contentsOf: octets)
        records += 1
        return finished
    }

    /// What has been added since the last body; nil when nothing has.
    public mutating func flush() -> Body? {
        guard records > 0 else { return nil }
        closeSet()
        defer {
            body.removeAll()
            records = 0
        }
        return Body(sets: body.octets, recordCount: records)
    }

    private mutating func open(_ template: Int) {
        closeSet()
        openSet = (template, body.count)
        body.append(encoder.templates[template].template.id)
        body.append(UInt16(0))
    }

    private mutating func closeSet() {
        guard let openSet else { return }
        body.replace(at: openSet.start + 2, with: UInt16(body.count - openSet.start))
        self.openSet = nil
    }
}
