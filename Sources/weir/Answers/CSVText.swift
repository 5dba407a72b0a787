// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

/// Writes RFC 4180: CRLF after each record, quotes where a field needs them, nothing for NULL.
///
/// CSV is looked at on terminals and opened by spreadsheets, and texts come from the network. In a text, control characters are shown as in
/// tables (line ends and tabs stay), and one that a spreadsheet would take for a formula gets an apostrophe in front. Both can be undone:
/// see `plain`.
struct CSVText {
    private(set) var octets: [UInt8] = []

    init() {}

    init(_ table: ResultTable, hasHeader: Bool = true) {
        if hasHeader { write(table.columns) }
        for row in table.rows { write(values: row) }
    }

    /// Appends one line.
    mutating func write(values: some Sequence<ResultValue>) { write(values.map(text)) }

    /// Appends one line.
    mutating func write(_ fields: [String]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { octets.append(UInt8(ascii: ",")) }
            write(field)
        }
        octets.append(contentsOf: "\r\n".utf8)
    }

    private mutating func write(_ field: String) {
        let special: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "\""), 13, 10]
        guard field.utf8.contains(where: special.contains) else {
            octets.append(contentsOf: field.utf8)
            return
        }
        octets.append(UInt8(ascii: "\""))
        for octet in field.utf8 {
            if octet == UInt8(ascii: "\"") { octets.append(octet) }
            octets.append(octet)
        }
        octets.append(UInt8(ascii: "\""))
    }

    mutating func removeAll() { octets.removeAll(keepingCapacity: true) }

    private func text(_ value: ResultValue) -> String {
        switch value {
        case .null: ""
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let text): Self.harmless(text)
        case .blob(let octets): hexadecimal(octets)
        }
    }
}

extension CSVText {
    /// A text as it stands in a field.
    static func harmless(_ text: String) -> String {
        let escaped = text.utf8.contains(UInt8(ascii: "\\")) ? text.replacing("\\u{", with: "\\u{5c}u{") : text
        let text = TerminalText.safe(escaped, keeping: "\r\n\t")
        return isFormula(text) ? "'" + text : text
    }

    /// The text that stands in a field: the opposite of `harmless`.
    static func plain(_ field: String) -> String {
        let field = field.first == "'" && isFormula(field) ? String(field.dropFirst()) : field
        guard field.contains("\\u{") else { return field }
        var plain = ""
        var rest = field[...]
        while let escape = rest.firstRange(of: "\\u{") {
            plain += rest[..<escape.lowerBound]
            let digits = rest[escape.upperBound...].prefix { $0 != "}" }
            if digits.endIndex < rest.endIndex, let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) {
                plain.unicodeScalars.append(scalar)
                rest = rest[rest.index(after: digits.endIndex)...]
            } else {
                plain += rest[escape]
                rest = rest[escape.upperBound...]
            }
        }
        return plain + rest
    }

    /// Whether a spreadsheet would compute a text, were it not for the apostrophes in front of it.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first(where: { $0 != "'" }) else { return false }
        return "=+-@\t\r".unicodeScalars.contains(first)
    }
}
