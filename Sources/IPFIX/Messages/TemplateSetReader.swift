// SPDX-License-Identifier: Apache-2.0

/// A template or the withdrawal of one, as a Template Set carries it.
enum TemplateChange: Hashable {
    case define(Template)
    case withdraw(UInt16)
    case withdrawAll(optionsTemplates: Bool)
}

/// Reads the Template Records of one Set (RFC 7011 §3.4.1, §3.4.2.2, §8.1).
struct TemplateSetReader {
    /// More fields than this in a template are taken as garbage.
    static let maximumFieldCount = 1024

    let setID: UInt16
    var position: Int
    let end: Int

    var isOptions: Bool { setID == SetID.optionsTemplate }

    /// The next record; nil at the end, which may be padding shorter than a record header.
    mutating func next(in message: RawSpan) throws(MessageError) -> TemplateChange? {
        guard end - position >= 4 else { return nil }
        let start = position
        let id = message.bigEndian(at: position, as: UInt16.self)
        let fieldCount = Int(message.bigEndian(at: position + 2, as: UInt16.self))
        position += 4
        if fieldCount == 0 {
            return try withdrawal(of: id, at: start)
        }
        guard id >= SetID.firstData else {
            throw .badTemplate(offset: start, reason: "id \(id) is below 256")
        }
        guard fieldCount <= Self.maximumFieldCount else {
            throw .badTemplate(offset: start, reason: "\(fieldCount) fields are more than \(Self.maximumFieldCount)")
        }
        let scope = try scopeFieldCount(of: fieldCount, at: start, in: message)
        var fields: [FieldSpecifier] = []
        fields.reserveCapacity(fieldCount)
        for _ in 0..<fieldCount {
            fields.append(try field(of: start, in: message))
        }
        let template = Template(id: id, fields: fields, scopeFieldCount: scope)
        guard template.minimumRecordLength > 0 else {
            throw .badTemplate(offset: start, reason: "its records would have no octets")
        }
        return .define(template)
    }

    private func withdrawal(of id: UInt16, at start: Int) throws(MessageError) -> TemplateChange {
        if id == setID { return .withdrawAll(optionsTemplates: isOptions) }
        guard id >= SetID.firstData else {
            throw .badTemplate(offset: start, reason: "id \(id) without fields")
        }
        return .withdraw(id)
    }

    private mutating func scopeFieldCount(of fieldCount: Int, at start: Int, in message: RawSpan) throws(MessageError) -> Int {
        guard isOptions else { return 0 }
        guard end - position >= 2 else { throw .badTemplate(offset: start, reason: "ends before its scope field count") }
        let count = Int(message.bigEndian(at: position, as: UInt16.self))
        position += 2
        guard (1...fieldCount).contains(count) else {
            throw .badTemplate(offset: start, reason: "scope field count \(count) of \(fieldCount) fields")
        }
        return count
    }

    private mutating func field(of start: Int, in message: RawSpan) throws(MessageError) -> FieldSpecifier {
        guard end - position >= 4 else { throw .badTemplate(offset: start, reason: "ends inside a field") }
        let number = message.bigEndian(at: position, as: UInt16.self)
        let length = message.bigEndian(at: position + 2, as: UInt16.self)
        position += 4
        var enterprise = EnterpriseNumber.iana
        if number & 0x8000 != 0 {
            guard end - position >= 4 else { throw .badTemplate(offset: start, reason: "ends inside an enterprise number") }
            enterprise = EnterpriseNumber(rawValue: message.bigEndian(at: position, as: UInt32.self))
            position += 4
        }
        return FieldSpecifier(element: InformationElement.ID(enterprise: enterprise, number: number & 0x7FFF), length: length)
    }
}
