// SPDX-License-Identifier: Apache-2.0

/// Reads the Template Records of one NetFlow v9 FlowSet (RFC 3954 §5.2, §6.1) as IPFIX templates.
struct NetFlow9TemplateReader {
    let isOptions: Bool
    let maximumFieldCount: Int
    var position: Int
    let end: Int
    /// The template that is being read, once its id is known to be one.
    private(set) var id: UInt16?

    init(_ set: SetHeader, isOptions: Bool, limits: DecodingLimits) {
        self.isOptions = isOptions
        maximumFieldCount = limits.fieldsPerTemplate
        position = set.body.lowerBound
        end = set.body.upperBound
    }

    /// The next record; nil at the end, which may be padding.
    mutating func next(in message: RawSpan) throws(MessageError) -> TemplateChange? {
        id = nil
        guard end - position >= 4 else { return nil }
        return isOptions ? try nextOptionsTemplate(in: message) : try nextTemplate(in: message)
    }

    private mutating func nextTemplate(in message: RawSpan) throws(MessageError) -> TemplateChange? {
        let start = position
        let id = message.bigEndian(at: position, as: UInt16.self)
        let fieldCount = Int(message.bigEndian(at: position + 2, as: UInt16.self))
        if id == 0, fieldCount == 0 { return nil }
        position += 4
        if fieldCount == 0 { return .withdrawNothing }
        try begin(id, at: start)
        return try define(id, scopeFieldCount: 0, fieldCount: fieldCount, at: start, in: message)
    }

    private mutating func nextOptionsTemplate(in message: RawSpan) throws(MessageError) -> TemplateChange? {
        let start = position
        let id = message.bigEndian(at: position, as: UInt16.self)
        let scopeLength = Int(message.bigEndian(at: position + 2, as: UInt16.self))
        guard end - position >= 6 else {
            if id == 0 { return nil }
            throw .badTemplate(offset: start, .beyondSet(fieldCount: scopeLength / 4))
        }
        let optionLength = Int(message.bigEndian(at: position + 4, as: UInt16.self))
        if id == 0, scopeLength == 0, optionLength == 0 { return nil }
        position += 6
        try begin(id, at: start)
        for length in [scopeLength, optionLength] where length % 4 != 0 {
            throw .badTemplate(offset: start, .specifierLength(length))
        }
        return try define(
            id, scopeFieldCount: scopeLength / 4, fieldCount: (scopeLength + optionLength) / 4, at: start, in: message)
    }

    private mutating func begin(_ id: UInt16, at start: Int) throws(MessageError) {
        guard id >= SetID.firstData else { throw .badTemplate(offset: start, .reservedID(id)) }
        self.id = id
    }

    private mutating func define(
        _ id: UInt16, scopeFieldCount: Int, fieldCount: Int, at start: Int, in message: RawSpan
    ) throws(MessageError) -> TemplateChange {
        guard end - position >= 4 * fieldCount else { throw .badTemplate(offset: start, .beyondSet(fieldCount: fieldCount)) }
        let first = position
        position += 4 * fieldCount
        if fieldCount > maximumFieldCount { return .oversized(id: id, isOptionsTemplate: isOptions) }
        let fields = (0..<fieldCount).map { index in
            let type = message.bigEndian(at: first + 4 * index, as: UInt16.self)
            let length = message.bigEndian(at: first + 4 * index + 2, as: UInt16.self)
            return FieldSpecifier(element: index < scopeFieldCount ? .netFlow9(scope: type) : .netFlow9(type), length: length)
        }
        let template = Template(id: id, fields: fields, scopeFieldCount: scopeFieldCount, isOptionsTemplate: isOptions)
        guard template.minimumRecordLength > 0 else { throw .badTemplate(offset: start, .emptyRecord) }
        return .define(template)
    }
}
