// SPDX-License-Identifier: Apache-2.0

/// A word, a text in quotes, or a sign of the filter language.
struct FilterToken: Hashable {
    enum Kind: Hashable {
        /// Letters, digits and `_ - . : / + * %`, as names, numbers, addresses and times are written.
        case word(String)
        case quoted(String)
        case sign(String)
        case end
    }

    let kind: Kind
    /// In scalars.
    let place: Range<Int>

    var word: String? {
        if case .word(let word) = kind { word } else { nil }
    }

    func isKeyword(_ keyword: String) -> Bool { word?.lowercased() == keyword }

    func isSign(_ signs: String...) -> Bool {
        if case .sign(let sign) = kind { signs.contains(sign) } else { false }
    }

    /// For messages.
    var name: String {
        switch kind {
        case .word(let word): "'\(word)'"
        case .quoted(let text): "'\(text)'"
        case .sign(let sign): "'\(sign)'"
        case .end: "the end"
        }
    }
}

/// Cuts a filter into tokens, one at a time, as the parser asks.
struct FilterScanner {
    let text: String
    private let scalars: [Unicode.Scalar]
    private var position = 0

    private static let signs = ["&&", "||", "==", "!=", "<=", ">=", "!~", "=~", "=", "<", ">", "~", "!", "(", ")", "[", "]", ","]

    init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    func error(_ problem: String, at place: Range<Int>, known: [String] = []) -> FilterError {
        FilterError(filter: text, place: place, problem: problem, known: known)
    }

    mutating func next() throws(FilterError) -> FilterToken {
        skipSpace()
        let start = position
        guard position < scalars.count else { return FilterToken(kind: .end, place: start..<start) }
        if scalars[start] == "\"" || scalars[start] == "'" { return try quoted() }
        if let sign = Self.signs.first(where: { scalars[start...].starts(with: $0.unicodeScalars) }) {
            position += sign.unicodeScalars.count
            return FilterToken(kind: .sign(sign), place: start..<position)
        }
        while position < scalars.count, Self.isOfWord(scalars[position]) { position += 1 }
        guard position > start else {
            throw error("'\(scalars[start])' has no meaning here; names with such signs stand in quotes", at: start..<start + 1)
        }
        return FilterToken(kind: .word(string(start..<position)), place: start..<position)
    }

    /// What follows `~`: in quotes, or all up to a space or to a `)` that the pattern did not open.
    mutating func nextPattern() throws(FilterError) -> FilterToken {
        skipSpace()
        let start = position
        guard position < scalars.count else { return FilterToken(kind: .end, place: start..<start) }
        if scalars[start] == "\"" || scalars[start] == "'" { return try quoted() }
        var open = 0
        while position < scalars.count, !scalars[position].properties.isWhitespace {
            if scalars[position] == "(" { open += 1 }
            if scalars[position] == ")" {
                guard open > 0 else { break }
                open -= 1
            }
            position += 1
        }
        return FilterToken(kind: .word(string(start..<position)), place: start..<position)
    }

    private mutating func skipSpace() {
        while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
    }

    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "_-.:/+*%".unicodeScalars.contains(scalar)
    }

    private func string(_ range: Range<Int>) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[range])
        return text
    }

    private mutating func quoted() throws(FilterError) -> FilterToken {
        let start = position
        let quote = scalars[start]
        position += 1
        var text = ""
        while position < scalars.count, scalars[position] != quote {
            if scalars[position] == "\\" {
                text.unicodeScalars.append(try escaped())
            } else {
                text.unicodeScalars.append(scalars[position])
                position += 1
            }
        }
        guard position < scalars.count else { throw error("the quotation mark is not closed", at: start..<start + 1) }
        position += 1
        return FilterToken(kind: .quoted(text), place: start..<position)
    }

    /// A `\` before a quotation mark or another `\`, `\u{1b}`; before anything else it stands for itself, so that patterns can be written
    /// as they are.
    private mutating func escaped() throws(FilterError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard position < scalars.count else { return "\\" }
        let scalar = scalars[position]
        if scalar == "\"" || scalar == "'" || scalar == "\\" {
            position += 1
            return scalar
        }
        guard scalars[position...].starts(with: "u{".unicodeScalars) else { return "\\" }
        let digits = scalars[(position + 2)...].prefix(7).prefix { $0 != "}" }
        let end = position + 2 + digits.count
        guard end < scalars.count, scalars[end] == "}", !digits.isEmpty, digits.first != "+",
            let value = UInt32(string(digits.startIndex..<digits.endIndex), radix: 16), let character = Unicode.Scalar(value)
        else {
            throw error(
                "'\\u{' is followed by the number of a character in hexadecimal digits and '}'", at: start..<min(end, scalars.count))
        }
        position = end + 1
        return character
    }
}
