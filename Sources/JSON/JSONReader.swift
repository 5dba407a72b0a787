// SPDX-License-Identifier: Apache-2.0

/// Walks once through JSON (RFC 8259) in place, making values only of what its user asks for.
///
/// What is not asked for is stepped over without memory of its own, however deep it is. A value of another kind than the one that is
/// asked for counts as absent and is stepped over too.
public struct JSONReader: Sendable {
    public typealias Malformed = JSONParser.Malformed

    private let octets: [UInt8]
    /// The octet to be read next.
    public private(set) var position = 0

    public init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// Whether nothing but space follows.
    public mutating func isAtEnd() -> Bool {
        skipSpace()
        return position == octets.count
    }

    /// Hands over each member of the object that comes next. A value that `body` does not read is stepped over.
    ///
    /// - Returns: whether there was an object.
    @discardableResult
    public mutating func members(_ body: (String, inout JSONReader) throws(Malformed) -> Void) throws(Malformed) -> Bool {
        guard try next() == UInt8(ascii: "{") else {
            try skip()
            return false
        }
        position += 1
        if try take(UInt8(ascii: "}")) { return true }
        repeat {
            guard try next() == UInt8(ascii: "\"") else { throw malformed("a name is missing") }
            let name = try quoted()
            guard try take(UInt8(ascii: ":")) else { throw malformed("a colon is missing") }
            try read { reader throws(Malformed) in try body(name, &reader) }
        } while try take(UInt8(ascii: ","))
        guard try take(UInt8(ascii: "}")) else { throw malformed("neither a comma nor a brace") }
        return true
    }

    /// Hands over each element of the array that comes next, as ``members(_:)`` does.
    @discardableResult
    public mutating func elements(_ body: (inout JSONReader) throws(Malformed) -> Void) throws(Malformed) -> Bool {
        guard try next() == UInt8(ascii: "[") else {
            try skip()
            return false
        }
        position += 1
        if try take(UInt8(ascii: "]")) { return true }
        repeat { try read(body) } while try take(UInt8(ascii: ","))
        guard try take(UInt8(ascii: "]")) else { throw malformed("neither a comma nor a bracket") }
        return true
    }

    /// A string, or a number or truth value as it is written; nil for all else.
    public mutating func text() throws(Malformed) -> String? {
        switch try next() {
        case UInt8(ascii: "\""): return try quoted()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            try skip()
            return nil
        default:
            let range = try bareWord()
            let word = String(decoding: octets[range], as: UTF8.self)
            return word == "null" ? nil : word
        }
    }

    /// Steps over the value that comes next.
    public mutating func skip() throws(Malformed) {
        var depth = 0
        repeat {
            switch try next() {
            case UInt8(ascii: "\""): try skipQuoted()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { throw malformed("a value is missing") }
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw malformed("a value is missing") }
                position += 1
            default: _ = try bareWord()
            }
        } while depth > 0
    }

    private mutating func read(_ body: (inout JSONReader) throws(Malformed) -> Void) throws(Malformed) {
        _ = try next()
        let start = position
        try body(&self)
        if position == start { try skip() }
    }

    /// The octet with which the next value or mark begins.
    private mutating func next() throws(Malformed) -> UInt8 {
        skipSpace()
        guard position < octets.count else { throw malformed("it ends too early") }
        return octets[position]
    }

    private mutating func take(_ octet: UInt8) throws(Malformed) -> Bool {
        guard try next() == octet else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < octets.count {
            switch octets[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// Stands behind the string's closing quote afterwards.
    private mutating func skipQuoted() throws(Malformed) {
        position += 1
        while position < octets.count {
            switch octets[position] {
            case UInt8(ascii: "\""):
                position += 1
                return
            case UInt8(ascii: "\\"): position += 2
            default: position += 1
            }
        }
        position = octets.count
        throw malformed("a string does not end")
    }

    private mutating func quoted() throws(Malformed) -> String {
        let start = position + 1
        try skipQuoted()
        let content = octets[start..<position - 1]
        guard content.contains(UInt8(ascii: "\\")) else { return String(decoding: content, as: UTF8.self) }
        var text: [UInt8] = []
        var unescape = JSONUnescape()
        for octet in content {
            guard let output = unescape.consume(octet) else { throw malformed("an escape JSON does not know") }
            output.append(to: &text)
        }
        unescape.finish().append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// A number, `true`, `false` or `null`; only their characters are checked.
    private mutating func bareWord() throws(Malformed) -> Range<Int> {
        let start = position
        while position < octets.count, octets[position].isOfBareWord { position += 1 }
        guard position > start else { throw malformed("no value begins like this") }
        return start..<position
    }

    private func malformed(_ reason: String) -> Malformed { Malformed(reason: reason, offset: position) }
}

extension UInt8 {
    fileprivate var isOfBareWord: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"), UInt8(ascii: "-"),
            UInt8(ascii: "+"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
