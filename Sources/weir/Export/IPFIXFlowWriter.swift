// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// An IPFIX File (RFC 5655) in which what is unknown is not there: flows that know the same fields share a template.
///
/// Each value of the field `observation` has an Observation Domain of its own (see `ExportedDomain`); flowId numbers connections. A Message is
/// of one domain, so one ends where the next flow is of another, and flows stand in their order. A domain whose template ids are used up is
/// followed by another of the same kind, so that memory is bounded by what one domain can have.
struct IPFIXFlowWriter: FlowFileWriter {
    private let exportTime: Timestamp
    private var file = MessageFileWriter()
    private var domains: [ExportedDomain: DomainWriter] = [:]
    private var nextDomain: UInt32 = 1
    /// The domain of the flow before.
    private var current: ExportedDomain?
    private let observationPlace = ExportRun.fields.firstIndex(of: .observation)
    private let startPlace = ExportRun.fields.firstIndex(of: .flowStartMilliseconds)
    private let endPlace = ExportRun.fields.firstIndex(of: .flowEndMilliseconds)
    private let definitions = ExportRun.fields.map(FlowSchema.definition(of:))

    private static let flowId = FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: 148), length: 8)

    init(exportTime: Timestamp) {
        self.exportTime = exportTime
    }

    func begin(_ columns: [String]) -> [UInt8] { [] }

    mutating func write(_ row: ArraySlice<ResultValue>) throws -> [UInt8]? {
        var specifiers = [Self.flowId]
        var values = [Value.unsigned(UInt64(clamping: row.first?.integer ?? 0))]
        for (definition, value) in zip(definitions, row.dropFirst()) where value != .null {
            guard let (element, typed) = Self.typed(value, definition) else {
                if definition.elements == .none { continue }
                return nil
            }
            specifiers.append(Self.specifier(element, definition))
            values.append(typed)
        }
        let kind = ExportedDomain(observation: observationPlace.flatMap { value(at: $0, of: row)?.integer }.map { UInt64(clamping: $0) })
        if let current, current != kind { try append(domains[current]?.flush() ?? []) }
        current = kind
        var domain = try domains.removeValue(forKey: kind) ?? openDomain(kind)
        if domain.isFull, domain.knows(specifiers) == nil {
            try append(domain.flush())
            domain = try openDomain(kind)
        }
        defer { domains[kind] = domain }
        guard let messages = try domain.append(values, as: specifiers) else { return nil }
        try append(messages)
        noteWindow(of: row)
        return file.takeOctets()
    }

    mutating func finish() throws -> [UInt8] {
        for kind in domains.keys.sorted(by: { $0.observation ?? 0 < $1.observation ?? 0 }) {
            guard var domain = domains.removeValue(forKey: kind) else { continue }
            try append(domain.flush())
            // RFC 5655 §8.1.2: the window of the file's flows, known at its end.
            if domains.isEmpty, let window = file.window { try append(domain.close(with: window)) }
        }
        return file.takeOctets()
    }

    private mutating func openDomain(_ kind: ExportedDomain) throws -> DomainWriter {
        defer { nextDomain += 1 }
        return try DomainWriter(kind, id: nextDomain, exportTime: exportTime)
    }

    private mutating func append(_ messages: [[UInt8]]) throws {
        for message in messages { try file.append(message) }
    }

    private func value(at place: Int, of row: ArraySlice<ResultValue>) -> ResultValue? { row[row.startIndex + 1 + place] }

    private mutating func noteWindow(of row: ArraySlice<ResultValue>) {
        guard let end = endPlace.flatMap({ value(at: $0, of: row)?.integer }) else { return }
        let start = startPlace.flatMap { value(at: $0, of: row)?.integer } ?? end
        file.include(start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: end))
    }
}

// From a column's value to the element's.
extension IPFIXFlowWriter {
    /// Nil where the field has no element, or the value is none of its kind.
    private static func typed(_ value: ResultValue, _ definition: FlowFieldDefinition) -> (InformationElement, Value)? {
        switch (definition.kind, value) {
        case (.unsigned, .integer(let number)):
            return definition.elements.all.first.map { ($0, .unsigned(UInt64(bitPattern: number))) }
        case (.time, .integer(let number)):
            guard let time = UInt64(exactly: number).flatMap(DateTime.init(milliseconds:)) else { return nil }
            return definition.elements.all.first.map { ($0, .dateTime(time)) }
        case (.name, .text(let text)): return definition.elements.all.first.map { ($0, .string(text)) }
        case (.address, .text(let text)):
            guard let address = IPAddress(text) else { return nil }
            return definition.elements.element(for: address.family).map { ($0, .address(address)) }
        case (.uuid, .text(let text)):
            guard let octets = RecordMapping.uuid(ofText: text) else { return nil }
            return definition.elements.all.first.map { ($0, .octets(octets)) }
        default: return nil
        }
    }

    private static func specifier(_ element: InformationElement, _ definition: FlowFieldDefinition) -> FieldSpecifier {
        definition.kind == .uuid ? FieldSpecifier(element: element.id, length: 16) : FieldSpecifier(element)
    }
}

/// The messages of one Observation Domain of an export.
private struct DomainWriter {
    private var writer: MessageWriter
    private let exportTime: Timestamp
    private var templates: [[FieldSpecifier]: UInt16] = [:]
    private var nextTemplate: UInt16 = 258
    /// Messages from before the first flow.
    private var opening: [[UInt8]] = []

    private static let markTemplate: UInt16 = 256
    private static let windowTemplate: UInt16 = 257

    init(_ kind: ExportedDomain, id: UInt32, exportTime: Timestamp) throws {
        self.exportTime = exportTime
        writer = MessageWriter(observationDomainID: id, rule: .once, maximumLength: 65_535)
        try writer.add(ExportedDomain.template(id: Self.markTemplate))
        // The domain says what it is before its first flow.
        opening = try writer.append(kind.record(domain: id), of: Self.markTemplate, at: exportTime)
    }

    var isFull: Bool { nextTemplate == .max }

    func knows(_ specifiers: [FieldSpecifier]) -> UInt16? { templates[specifiers] }

    /// Nil when a value does not fit.
    mutating func append(_ values: [Value], as specifiers: [FieldSpecifier]) throws -> [[UInt8]]? {
        var record = OctetWriter(reserving: 1024)
        for (value, specifier) in zip(values, specifiers) {
            do throws(ValueError) { try value.write(as: specifier, into: &record) } catch { return nil }
        }
        let id: UInt16
        if let known = templates[specifiers] {
            id = known
        } else {
            id = nextTemplate
            try writer.add(Template(id: id, fields: specifiers))
            nextTemplate += 1
            templates[specifiers] = id
        }
        do throws(EncodingError) {
            return takeOpening() + (try writer.append(record.octets, of: id, at: exportTime))
        } catch {
            if case .recordTooLong = error { return nil }
            throw error
        }
    }

    mutating func flush() -> [[UInt8]] { takeOpening() + writer.flush(at: exportTime) }

    private mutating func takeOpening() -> [[UInt8]] {
        defer { opening = [] }
        return opening
    }

    mutating func close(with window: FileTimeWindow) throws -> [[UInt8]] {
        try writer.add(FileTimeWindow.template(id: Self.windowTemplate))
        return try writer.append(window.record, of: Self.windowTemplate, at: exportTime) + writer.flush(at: exportTime)
    }
}
