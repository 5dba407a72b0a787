// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// A filter as one may write it. Reading it again gives the same filter.
extension FlowFilter: CustomStringConvertible {
    public var description: String {
        switch self {
        case .test(let test): test.description
        case .not(let filter): "not \(filter.nested)"
        case .all(let filters): filters.map(\.nested).joined(separator: " and ")
        case .any(let filters): filters.map(\.nested).joined(separator: " or ")
        }
    }

    private var nested: String {
        switch self {
        case .test, .not: description
        case .all, .any: "(\(description))"
        }
    }
}

extension FilterTest: CustomStringConvertible {
    public var description: String {
        switch comparison {
        case .oneOf(let values) where values.count == 1: "\(operand) = \(text(values[0]))"
        case .oneOf(let values): "\(operand) in (\(values.map(text).joined(separator: ", ")))"
        case .ordered(let order, let value): "\(operand) \(order.rawValue) \(text(value))"
        case .matches(let expression): "\(operand) ~ \(quoted(expression.pattern))"
        case .isUnknown: "\(operand) is unknown"
        }
    }

    private func text(_ value: FilterValue) -> String {
        switch value {
        case .number(let number): operand == .measure(.duration) ? "\(number)ms" : "\(number)"
        case .range(let range): "\(range.lowerBound)-\(range.upperBound)"
        case .text(let text): quoted(text)
        case .prefix(let prefix): prefix.isOneAddress ? "\(prefix.address)" : "\(prefix)"
        case .time(let time): "\(time)"
        case .uuid(let high, let low): UUIDText.text(high: high, low: low)
        }
    }

    private func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value): quoted += "\\u{\(String(scalar.value, radix: 16))}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension FilterOperand: CustomStringConvertible {
    public var description: String {
        switch self {
        case .field(let field): FlowSchema.name(of: field)
        case .measure(let measure): measure.rawValue
        }
    }
}

extension IPPrefix {
    var isOneAddress: Bool { length == (address.family == .v4 ? 32 : 128) }
}

/// RFC 9562 §4: 8-4-4-4-12 lower-case digits.
enum UUIDText {
    static func text(high: UInt64, low: UInt64) -> String {
        let digits = [high, low].map { value in
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        let (first, last) = (digits[0], digits[1])
        return "\(first.prefix(8))-\(first.dropFirst(8).prefix(4))-\(first.suffix(4))-\(last.prefix(4))-\(last.dropFirst(4))"
    }

    /// In either case of letters; nil for anything else.
    static func parse(_ text: String) -> (high: UInt64, low: UInt64)? {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        let digits = groups.joined()
        guard digits.utf8.allSatisfy({ (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0) }),
            let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        return (high, low)
    }
}
