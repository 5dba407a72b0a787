// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Writes flow records as Data Sets of a profile's templates.
public struct FlowEncoder: Sendable {
    public let templates: [FlowTemplate]
    private let plans: [[Operation]]
    private var record = OctetWriter(reserving: 1024)

    /// A string longer than this is cut at a character's boundary: names, labels and rules are far shorter, and a record must
    /// fit a datagram.
    public static let maximumStringLength = 254

    private struct Operation: Sendable {
        let field: FlowField
        let width: Width

        enum Width: Sendable { case integer(Int), string, v4, v6, uuid }
    }

    public init(profile: ExportProfile) {
        self.init(templates: FlowTemplate.all(of: profile))
    }

    /// - Parameter templates: two or four, as ``FlowTemplate/all(_:hasUncounted:)`` makes them.
    init(templates: [FlowTemplate]) {
        self.templates = templates
        plans = templates.map { template in
            template.fields.map { Operation(field: $0, width: Self.width(of: $0, family: template.family)) }
        }
    }

    /// Which of ``templates`` a record is sent by.
    public func templateIndex(for flow: FlowRecord) -> Int {
        let isV6 = flow[address: .sourceIPAddress]?.family == .v6
        let isCounted = flow.isKnown(.octetTotalCount)
        return (isV6 ? 1 : 0) + (isCounted || templates.count == 2 ? 0 : 2)
    }

    /// The octets of one record, without Set header, valid until the next call.
    public mutating func encode(_ flow: FlowRecord, by templateIndex: Int, names: borrowing NameTable) -> [UInt8] {
        record.removeAll()
        encode(flow, by: templateIndex, names: names, into: &record)
        return record.octets
    }

    /// Appends the octets of one record.
    func encode(_ flow: FlowRecord, by templateIndex: Int, names: borrowing NameTable, into record: inout OctetWriter) {
        for operation in plans[templateIndex] {
            switch operation.width {
            case .integer(let width):
                record.append(flow[unsigned: operation.field] ?? 0, width: width)
            case .string:
                if let name = flow[name: operation.field] {
                    append(name, of: names, to: &record)
                } else {
                    record.append(UInt8(0))
                }
            case .v4:
                record.append(flow[address: operation.field]?.v4 ?? 0)
            case .v6:
                let address = flow[address: operation.field]
                record.append(address?.high ?? 0)
                record.append(address?.low ?? 0)
            case .uuid:
                let uuid = flow[uuid: operation.field]
                record.append(uuid?.high ?? 0)
                record.append(uuid?.low ?? 0)
            }
        }
    }

    private func append(_ name: NameID, of names: borrowing NameTable, to record: inout OctetWriter) {
        // Names are ASCII nearly always: no text is made of them.
        if names.appendASCII(name, limit: Self.maximumStringLength, to: &record) { return }
        let octets = Self.cut(names.text(of: name))
        record.append(UInt8(octets.count))
        record.append(contentsOf: octets)
    }

    /// The octets of a text that is not too long, or of its beginning.
    static func cut(_ text: String) -> Substring.UTF8View {
        let octets = text.utf8
        var end = octets.index(octets.startIndex, offsetBy: maximumStringLength, limitedBy: octets.endIndex) ?? octets.endIndex
        // The octet that is cut off first begins a character, or the cut moves to where that character begins.
        while end < octets.endIndex, octets[end] & 0xC0 == 0x80 { end = octets.index(before: end) }
        return octets[..<end]
    }

    private static func width(of field: FlowField, family: IPAddress.Family) -> Operation.Width {
        let definition = FlowSchema.definition(of: field)
        switch definition.kind {
        case .address: return family == .v4 ? .v4 : .v6
        case .uuid: return .uuid
        case .name: return .string
        case .unsigned, .time:
            let length = definition.elements.element(for: family)?.type.naturalLength
            return .integer(Int(length ?? 8))
        }
    }
}
