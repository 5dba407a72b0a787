// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

extension FlowFilter {
    /// A filter of up to about `depth` levels whose values are taken from records, so that some of them hold.
    public static func random(
        about records: [FlowRecord], _ names: borrowing NameTable, depth: Int = 3, using generator: inout SeededGenerator
    ) -> FlowFilter {
        switch depth > 0 ? Int.random(in: 0..<5, using: &generator) : 0 {
        case 1: .not(random(about: records, names, depth: depth - 1, using: &generator))
        case 2: .all(parts(about: records, names, depth, &generator))
        case 3: .any(parts(about: records, names, depth, &generator))
        default: .test(.random(about: records, names, using: &generator))
        }
    }

    private static func parts(
        about records: [FlowRecord], _ names: borrowing NameTable, _ depth: Int, _ generator: inout SeededGenerator
    ) -> [FlowFilter] {
        var parts: [FlowFilter] = []
        for _ in 0..<Int.random(in: 2...4, using: &generator) {
            parts.append(random(about: records, names, depth: depth - 1, using: &generator))
        }
        return parts
    }
}

extension FilterTest {
    static func random(
        about records: [FlowRecord], _ names: borrowing NameTable, using generator: inout SeededGenerator
    ) -> FilterTest {
        if generator.isOnce(in: 8) {
            let measure = FilterOperand.Measure.allCases.randomElement(using: &generator) ?? .octets
            let number = FilterValue.number(.random(in: 0...(UInt64(1) << UInt64.random(in: 1...40, using: &generator)), using: &generator))
            return FilterTest(.measure(measure), .ordered(.random(using: &generator), number))
        }
        let field = FlowField.allCases.randomElement(using: &generator) ?? .sourcePodName
        guard !generator.isOnce(in: 6) else { return FilterTest(.field(field), .isUnknown) }
        var values: [FilterValue] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            values.append(.random(of: field, about: records, names, using: &generator))
        }
        switch (FlowSchema.definition(of: field).kind, values[0]) {
        case (.name, .text(let text)) where Bool.random(using: &generator):
            // A letter of the text somewhere, and another behind it.
            let part = RegularExpression.escaped(String(text.suffix(3)))
            return FilterTest(.field(field), .matches((try? RegularExpression(part + "|^.$")) ?? .anything))
        case (.unsigned, .number), (.time, _):
            guard Bool.random(using: &generator) else { break }
            return FilterTest(.field(field), .ordered(.random(using: &generator), values[0]))
        default: break
        }
        return FilterTest(.field(field), .oneOf(values))
    }
}

extension FilterTest.Order {
    fileprivate static func random(using generator: inout SeededGenerator) -> Self { allCases.randomElement(using: &generator) ?? .less }
}

extension RegularExpression {
    fileprivate static var anything: RegularExpression {
        guard let expression = try? RegularExpression("") else { preconditionFailure("the empty pattern is a pattern") }
        return expression
    }
}

extension FilterValue {
    fileprivate static func random(
        of field: FlowField, about records: [FlowRecord], _ names: borrowing NameTable, using generator: inout SeededGenerator
    ) -> FilterValue {
        let record = records.randomElement(using: &generator) ?? FlowRecord()
        switch FlowSchema.definition(of: field).kind {
        case .unsigned:
            let number = min(record[unsigned: field] ?? .random(in: 0...99, using: &generator), largestNumber)
            guard field != .icmpTypeCode || number < 65_536, generator.isOnce(in: 3) else { return .number(number) }
            return .range(number / 2...number)
        case .time: return .time(record[time: field] ?? Timestamp(milliseconds: .random(in: 0...4_102_444_800_000, using: &generator)))
        case .name: return .text(record[name: field].map { names.text(of: $0) } ?? "nobody")
        case .address:
            let address = record[address: field] ?? .random(.v4, using: &generator)
            let length = Int.random(in: 0...(address.family == .v4 ? 32 : 128), using: &generator)
            guard let prefix = IPPrefix("\(address)/\(length)") else { preconditionFailure("the text of a prefix is not read") }
            return .prefix(prefix)
        case .uuid:
            let uuid = record[uuid: field] ?? (high: .random(in: 0 ... .max, using: &generator), low: 7)
            return .uuid(high: uuid.high, low: uuid.low)
        }
    }
}
