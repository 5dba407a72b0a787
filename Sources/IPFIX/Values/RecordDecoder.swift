// SPDX-License-Identifier: Apache-2.0

/// Reads the records of Data Sets into values, whatever their templates are.
///
/// One decoder serves one Transport Session and Observation Domain best: it remembers what it looked up for each template id.
/// Work and memory are bounded by the octets of a set, however lists are nested.
public struct RecordDecoder: Sendable {
    /// Lists in lists deeper than this stay octets.
    public let maximumDepth: Int
    public private(set) var registry: InformationElementRegistry
    private var layouts: [UInt16: RecordLayout] = [:]

    public init(registry: InformationElementRegistry, maximumDepth: Int = 8) {
        self.registry = registry
        self.maximumDepth = maximumDepth
    }

    /// The records of a set, in order.
    ///
    /// - Parameters:
    ///   - set: as a decoder of this `message` gave it.
    ///   - exportTime: of the Message; seconds since the Unix epoch.
    ///   - templates: the template of an id in the same session and domain, for the records in lists.
    public mutating func records(
        of set: DataSet, in message: RawSpan, exportTime: UInt32, templates: (UInt16) -> Template?
    ) -> [DataRecord] {
        let layout = layout(of: set.template)
        var records: [DataRecord] = []
        records.reserveCapacity(set.recordCount)
        var position = set.body.lowerBound
        while records.count < set.recordCount {
            guard
                let record = record(
                    of: layout, in: message, &position, end: set.body.upperBound, Context(exportTime: exportTime, depth: 0), templates)
            else { break }
            records.append(record)
        }
        return records
    }

    /// Takes over what a record says of an exporter's own element (RFC 5610); nil when the record says nothing of the kind.
    public mutating func learn(from record: DataRecord) -> Learning? {
        let learning = registry.learn(from: record)
        if case .learned = learning { layouts.removeAll() }
        return learning
    }

    /// What does not change from value to value.
    private struct Context {
        let exportTime: UInt32
        /// How many lists are around.
        let depth: Int

        var nested: Context { Context(exportTime: exportTime, depth: depth + 1) }
    }

    private mutating func layout(of template: Template) -> RecordLayout {
        // Templates that did not change share their fields, so that this compares in constant time.
        if let layout = layouts[template.id], layout.template == template { return layout }
        let layout = RecordLayout(template: template, registry: registry)
        layouts[template.id] = layout
        return layout
    }

    /// Reads a record and steps over it; nil if it reaches beyond `end`.
    private mutating func record(
        of layout: RecordLayout, in message: RawSpan, _ position: inout Int, end: Int, _ context: Context,
        _ templates: (UInt16) -> Template?
    ) -> DataRecord? {
        var values: [Value] = []
        values.reserveCapacity(layout.fields.count)
        for index in layout.fields.indices {
            let field = layout.fields[index]
            guard let range = field.range(in: message, at: position, end: end) else { return nil }
            values.append(value(of: layout.elements[index], field, in: message, range, context, templates))
            position = range.upperBound
        }
        return DataRecord(layout: layout, values: values)
    }

    private mutating func value(
        of element: InformationElement?, _ field: FieldSpecifier, in message: RawSpan, _ range: Range<Int>, _ context: Context,
        _ templates: (UInt16) -> Template?
    ) -> Value {
        var list: Value?
        if context.depth < maximumDepth {
            switch element?.type {
            case .basicList: list = basicList(in: message, range, context.nested, templates)
            case .subTemplateList: list = subTemplateList(in: message, range, context.nested, templates)
            case .subTemplateMultiList: list = subTemplateMultiList(in: message, range, context.nested, templates)
            default: break
            }
        }
        return list
            ?? Value(
                reading: element?.type, in: message, range, isPadded: !field.isVariableLength, exportTime: context.exportTime)
    }

    /// RFC 6313 §4.5.1: semantic, field specifier, values. Nil if the octets are no such list.
    private mutating func basicList(
        in message: RawSpan, _ range: Range<Int>, _ context: Context, _ templates: (UInt16) -> Template?
    ) -> Value? {
        guard range.count >= 5 else { return nil }
        let number = message.bigEndian(at: range.lowerBound + 1, as: UInt16.self)
        let length = message.bigEndian(at: range.lowerBound + 3, as: UInt16.self)
        var position = range.lowerBound + 5
        var enterprise = EnterpriseNumber.iana
        if number & 0x8000 != 0 {
            guard range.count >= 9 else { return nil }
            enterprise = EnterpriseNumber(rawValue: message.bigEndian(at: position, as: UInt32.self))
            position += 4
        }
        // Values without octets could be any number of values.
        guard length > 0 else { return nil }
        let field = FieldSpecifier(element: InformationElement.ID(enterprise: enterprise, number: number & 0x7FFF), length: length)
        let element = registry[field.element]
        var values: [Value] = []
        while position < range.upperBound {
            guard let next = field.range(in: message, at: position, end: range.upperBound) else { return nil }
            values.append(value(of: element, field, in: message, next, context, templates))
            position = next.upperBound
        }
        let semantic = ListSemantic(rawValue: message.octet(at: range.lowerBound))
        return .basicList(BasicList(semantic: semantic, field: field, element: element, values: values))
    }

    /// RFC 6313 §4.5.2: semantic, template, records. Nil if the octets are too few.
    private mutating func subTemplateList(
        in message: RawSpan, _ range: Range<Int>, _ context: Context, _ templates: (UInt16) -> Template?
    ) -> Value? {
        guard range.count >= 3 else { return nil }
        let id = message.bigEndian(at: range.lowerBound + 1, as: UInt16.self)
        let records = nestedRecords(of: id, in: message, range.lowerBound + 3..<range.upperBound, context, templates)
        let semantic = ListSemantic(rawValue: message.octet(at: range.lowerBound))
        return .subTemplateList(SubTemplateList(semantic: semantic, templateID: id, records: records))
    }

    /// RFC 6313 §4.5.3: semantic, then template, length and records, any number of times. Nil if a length is impossible.
    private mutating func subTemplateMultiList(
        in message: RawSpan, _ range: Range<Int>, _ context: Context, _ templates: (UInt16) -> Template?
    ) -> Value? {
        guard !range.isEmpty else { return nil }
        var entries: [SubTemplateMultiList.Entry] = []
        var position = range.lowerBound + 1
        while position < range.upperBound {
            guard range.upperBound - position >= 4 else { return nil }
            let id = message.bigEndian(at: position, as: UInt16.self)
            // The template's id and the length itself are counted.
            let length = Int(message.bigEndian(at: position + 2, as: UInt16.self))
            guard length >= 4, position + length <= range.upperBound else { return nil }
            let records = nestedRecords(of: id, in: message, position + 4..<position + length, context, templates)
            entries.append(SubTemplateMultiList.Entry(templateID: id, records: records))
            position += length
        }
        let semantic = ListSemantic(rawValue: message.octet(at: range.lowerBound))
        return .subTemplateMultiList(SubTemplateMultiList(semantic: semantic, entries: entries))
    }

    private mutating func nestedRecords(
        of id: UInt16, in message: RawSpan, _ range: Range<Int>, _ context: Context, _ templates: (UInt16) -> Template?
    ) -> NestedRecords {
        guard let template = templates(id), template.minimumRecordLength > 0 else { return .octets(message.array(range)) }
        let layout = layout(of: template)
        var records: [DataRecord] = []
        var position = range.lowerBound
        while position < range.upperBound {
            guard let record = record(of: layout, in: message, &position, end: range.upperBound, context, templates) else {
                return .octets(message.array(range))
            }
            records.append(record)
        }
        return .decoded(records)
    }
}
