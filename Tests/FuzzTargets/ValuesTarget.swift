// SPDX-License-Identifier: Apache-2.0

internal import FlowTesting
internal import IPFIX
internal import Schemas

/// Values, lists in lists and type records: each record has a text, and is written as octets that are read as the same record.
enum ValuesTarget {
    private static let registry = try? InformationElementRegistry.standard(files: Schemas.elementFiles)

    static func run(_ octets: [UInt8]) {
        guard let registry else { preconditionFailure("the registry cannot be read") }
        var decoder = MessageDecoder()
        var records = RecordDecoder(registry: registry, maximumDepth: 4)
        var templates: [UInt16: Template] = [:]
        for octets in MessageStream.messages(in: octets) {
            guard let message = try? decoder.decode(octets) else { continue }
            for set in message.dataSets {
                templates[set.template.id] = set.template
                // The span is the array's, which lives through the call.
                let decoded = records.records(of: set, in: unsafe octets.span.bytes, exportTime: message.header.exportTime) {
                    templates[$0]
                }
                precondition(decoded.count == set.recordCount, "\(decoded.count) of \(set.recordCount) records were read")
                for record in decoded.prefix(64) {
                    check(record, at: message.header.exportTime, templates, records.registry)
                    _ = records.learn(from: record)
                }
            }
        }
    }

    private static func check(
        _ record: DataRecord, at exportTime: UInt32, _ templates: [UInt16: Template], _ registry: InformationElementRegistry
    ) {
        for value in record.values { _ = value.description }
        guard let first = encoded(record, registry) else { return }
        let template = record.layout.template
        guard first.count + template.set.count <= 65_000 else { return }
        let message = Wire.message(template.set, Wire.set(template.id, first), exportTime: exportTime)
        var decoder = MessageDecoder()
        guard let set = try? decoder.decode(message).dataSets.first, set.recordCount >= 1 else {
            preconditionFailure("what was written is no record")
        }
        var records = RecordDecoder(registry: registry, maximumDepth: 4)
        let again = records.records(of: set, in: unsafe message.span.bytes, exportTime: exportTime) { templates[$0] }
        // Numbers that are none are never equal, so the octets are compared.
        precondition(again.first.flatMap { encoded($0, registry) } == first, "a record came back as another")
    }

    /// Nil for a list that has another length when it is written and stands in a field that has only one: in lists numbers lose the
    /// width, and lengths the form, that variable-length fields leave open.
    private static func encoded(_ record: DataRecord, _ registry: InformationElementRegistry) -> [UInt8]? {
        var writer = OctetWriter()
        do throws(ValueError) {
            let length = try record.encodedLength()
            try record.write(into: &writer)
            precondition(writer.count == length, "\(length) octets were announced and \(writer.count) written")
        } catch {
            if case .wrongLength(let element, _) = error, let type = registry[element]?.type, lists.contains(type) { return nil }
            preconditionFailure("what was read cannot be written: \(error)")
        }
        return writer.octets
    }

    private static let lists: [DataType] = [.basicList, .subTemplateList, .subTemplateMultiList]
}
