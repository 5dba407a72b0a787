// SPDX-License-Identifier: Apache-2.0

/// Reads one JSON document (RFC 8259) with a bound on its nesting.
///
/// Lenient where it costs nothing: numbers are not checked beyond their characters, and of repeated members the last counts.
public struct JSONParser {
    public static let nestingLimit = 32

    public struct Malformed: Error, Hashable {
        public let reason: String
        public let offset: Int

        public init(reason: String, offset: Int) {
            self.reason = reason
            self.offset = offset
        }
    }

    private let octets: [UInt8]
    private var position = 0

    public static func parse(_ octets: [UInt8]) throws(Malformed) -> JSONValue {
        var parser = JSONParser(octets: octets)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == octets.count else { throw parser.malformed("text follows the document") }
        return value
    }

    private init(octets: [UInt8]) { self.octets = octets }

    private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
        guard depth <= Self.nestingLimit else { throw malformed("nested too deeply") }
        skipSpace()
        guard position < octets.count else { throw malformed("a value is missing") }
        switch octets[position] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .boolean(true))
        case UInt8(ascii: "f"): return try literal("false", .boolean(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(Malformed) -> JSONValue {
        var members: [String: JSONValue] = [:]
        position += 1
        skipSpace()
        if skip(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard position < octets.count, octets[position] == UInt8(ascii: "\"") else { throw malformed("a name is missing") }
            let name = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw malformed("a colon is missing") }
            members[name] = try value(depth: depth + 1)
            skipSpace()
            if skip(UInt8(ascii: "}")) { return .object(members) }
            guard skip(UInt8(ascii: ",")) else { throw malformed("neither a comma nor a brace") }
        }
    }

    private mutating func array(depth: Int) throws(Malformed) -> JSONValue {
        var elements: [JSONValue] = []
        position += 1
        skipSpace()
        if skip(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if skip(UInt8(ascii: "]")) { return .array(elements) }
            guard skip(UInt8(ascii: ",")) else { throw malformed("neither a comma nor a bracket") }
        }
    }

    private mutating func string() throws(Malformed) -> String {
        position += 1
        var text: [UInt8] = []
        var unescape = JSONUnescape()
        while position < octets.count {
            let octet = octets[position]
            position += 1
            if octet == UInt8(ascii: "\""), !unescape.isEscaped {
                unescape.finish().append(to: &text)
                return String(decoding: text, as: UTF8.self)
            }
            guard let output = unescape.consume(octet) else { throw malformed("an escape JSON does not know") }
            output.append(to: &text)
        }
        throw malformed("a string does not end")
    }

    private mutating func number() throws(Malformed) -> JSONValue {
        let start = position
        while position < octets.count, isNumeric(octets[position]) { position += 1 }
        guard position > start else { throw malformed("no value begins like this") }
        return .number(String(decoding: octets[start..<position], as: UTF8.self))
    }

    private mutating func literal(_ text: String, _ value: JSONValue) throws(Malformed) -> JSONValue {
        guard octets[position...].starts(with: text.utf8) else { throw malformed("no value begins like this") }
        position += text.utf8.count
        return value
    }

    private mutating func skip(_ octet: UInt8) -> Bool {
        guard position < octets.count, octets[position] == octet else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < octets.count, [0x20, 0x09, 0x0A, 0x0D].contains(octets[position]) { position += 1 }
    }

    private func isNumeric(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private func malformed(_ reason: String) -> Malformed { Malformed(reason: reason, offset: position) }
}
