// SPDX-License-Identifier: Apache-2.0

public import IPFIX

extension RecordMapping {
    /// A column's value in words cannot be what the column tells.
    public struct Unreadable: Error, Hashable {
        public let column: Int
    }

    /// The value that a text of a column stands for: as `weir` writes it, as whole numbers, or times by ISO 8601.
    ///
    /// - Returns: nil for the empty text, which is unknown, and for columns that say nothing of a flow.
    public func value(ofText text: String, column: Int) throws(Unreadable) -> Value? {
        guard let meaning = meanings[column], !text.isEmpty else { return nil }
        guard let value = meaning.value(ofText: text) else { throw Unreadable(column: column) }
        return value
    }

    /// The sixteen octets of a UUID: RFC 9562 §4, 32 hexadecimal digits with hyphens between; or `0x` and the digits, as octets are written.
    public static func uuid(ofText text: String) -> [UInt8]? {
        let digits = text.hasPrefix("0x") ? Array(text.utf8.dropFirst(2)) : text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32 else { return nil }
        var octets: [UInt8] = []
        for start in stride(from: 0, to: 32, by: 2) {
            guard let octet = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16) else { return nil }
            octets.append(octet)
        }
        return octets
    }
}

extension RecordMeaning {
    fileprivate func value(ofText text: String) -> Value? {
        switch self {
        case .field(let field), .substitute(let field): Self.value(ofText: text, kind: FlowSchema.definition(of: field).kind)
        case .time: Self.value(ofText: text, kind: .time)
        case .before, .durationMilliseconds, .durationMicroseconds, .icmpType, .icmpCode, .connection:
            Self.value(ofText: text, kind: .unsigned)
        }
    }

    private static func value(ofText text: String, kind: FlowFieldDefinition.Kind) -> Value? {
        switch kind {
        case .unsigned: UInt64(text).map(Value.unsigned) ?? moment(text)
        case .time: UInt64(text).map(Value.unsigned) ?? moment(text)
        case .name: .string(text)
        case .address: IPAddress(text).map(Value.address)
        case .uuid: RecordMapping.uuid(ofText: text).map(Value.octets)
        }
    }

    private static func moment(_ text: String) -> Value? {
        guard let time = Timestamp(text), let milliseconds = UInt64(exactly: time.milliseconds) else { return nil }
        return DateTime(milliseconds: milliseconds).map(Value.dateTime)
    }
}

extension Timestamp {
    /// ISO 8601 in UTC, `2026-11-23T10:00:00Z`, with any number of decimals, of which the first three count.
    init?(_ text: String) {
        let octets = Array(text.utf8)
        guard octets.count >= 20, octets.last == UInt8(ascii: "Z"), octets[4] == UInt8(ascii: "-"), octets[7] == UInt8(ascii: "-"),
            octets[10] == UInt8(ascii: "T"), octets[13] == UInt8(ascii: ":"), octets[16] == UInt8(ascii: ":")
        else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            octets[range].allSatisfy { (48...57).contains($0) } ? Int(String(decoding: octets[range], as: UTF8.self)) : nil
        }
        var millisecond = 0
        if octets.count > 20 {
            let decimals = Array((octets[20..<octets.count - 1] + [48, 48, 48]).prefix(3))
            guard octets[19] == UInt8(ascii: "."), octets[20..<octets.count - 1].allSatisfy({ (48...57).contains($0) }) else { return nil }
            millisecond = decimals.reduce(0) { $0 * 10 + Int($1) - 48 }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19)
        else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond)
    }
}
