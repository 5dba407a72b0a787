// SPDX-License-Identifier: Apache-2.0

/// What a record of a Template Set says.
enum TemplateChange: Hashable {
    case define(Template)
    /// A template with more fields than may be kept; whatever its id stood for is void.
    case oversized(id: UInt16, isOptionsTemplate: Bool)
    case withdraw(UInt16)
    case withdrawAll(optionsTemplates: Bool)
    /// A withdrawal that names nothing: an id below 256 other than its Set's.
    case withdrawNothing
}

/// Reads the Template Records of one Set (RFC 7011 §3.4.1, §3.4.2.2, §8.1).
struct TemplateSetReader {
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
        let start = position
        let id = message.bigEndian(at: position, as: UInt16.self)
        let fieldCount = Int(message.bigEndian(at: position + 2, as: UInt16.self))
        // RFC 7011 §3.3.1: Template Sets are padded when their ends are to lie on multiples of eight octets, so by four.
        if id == 0, fieldCount == 0 { return nil }
        position += 4
        if fieldCount == 0 { return withdrawal(of: id) }
        guard id >= SetID.firstData else { throw .badTemplate(offset: start, .reservedID(id)) }
        self.id = id
        let scope = try scopeFieldCount(of: fieldCount, at: start, in: message)
        guard let fields = try fields(fieldCount, of: start, in: message) else {
            return .oversized(id: id, isOptionsTemplate: isOptions)
        }
        let template = Template(id: id, fields: fields, scopeFieldCount: scope)
        guard template.minimumRecordLength > 0 else { throw .badTemplate(offset: start, .emptyRecord) }
        return .define(template)
    }

    private func withdrawal(of id: UInt16) -> TemplateChange {
        if id >= SetID.firstData { return .withdraw(id) }
        return id == (isOptions ? SetID.optionsTemplate : SetID.template) ? .withdrawAll(optionsTemplates: isOptions) : .withdrawNothing
    }

    private mutating func scopeFieldCount(of fieldCount: Int, at start: Int, in message: RawSpan) throws(MessageError) -> Int {
        guard isOptions else { return 0 }
        guard end - position >= 2 else { throw .badTemplate(offset: start, .beyondSet(fieldCount: fieldCount)) }
        let count = Int(message.bigEndian(at: position, as: UInt16.self))
        position += 2
        guard (1...fieldCount).contains(count) else {
            throw .badTemplate(offset: start, .scopeFieldCount(count, fieldCount: fieldCount))
        }
        return count
    }

    /// Nil for more than may be kept.
    private mutating func fields(_ count: Int, of start: Int, in message: RawSpan) throws(MessageError) -> [FieldSpecifier]? {
        // Before anything is reserved for them: each has at least four octets.
        guard end - position >= 4 * count else { throw .badTemplate(offset: start, .beyondSet(fieldCount: count)) }
        var fields: [FieldSpecifier] = []
        if count <= maximumFieldCount { fields.reserveCapacity(count) }
        for _ in 0..<count {
            let field = try field(of: start, fieldCount: count, in: message)
            if count <= maximumFieldCount { fields.append(field) }
        }
        return count <= maximumFieldCount ? fields : nil
    }

    private mutating func field(of start: Int, fieldCount: Int, in message: RawSpan) throws(MessageError) -> FieldSpecifier {
        guard end - position >= 4 else { throw .badTemplate(offset: start, .beyondSet(fieldCount: fieldCount)) }
        let number = message.bigEndian(at: position, as: UInt16.self)
        let length = message.bigEndian(at: position + 2, as: UInt16.self)
        position += 4
        var enterprise = EnterpriseNumber.iana
        if number & 0x8000 != 0 {
            guard end - position >= 4 else { throw .badTemplate(offset: start, .beyondSet(fieldCount: fieldCount)) }
            enterprise = EnterpriseNumber(rawValue: message.bigEndian(at: position, as: UInt32.self))
            position += 4
        }
        return FieldSpecifier(element: InformationElement.ID(enterprise: enterprise, number: number & 0x7FFF), length: length)
    }
}
