// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

/// Writes RFC 4180: CRLF after each record, quotes where a field needs them, nothing for NULL.
///
/// CSV has no escapes, and is looked at on terminals: control characters of a text are shown as in tables. Line ends and tabs stay.
struct CSVText {
    private(set) var octets: [UInt8] = []

    init() {}

    init(_ table: ResultTable) {
        write(table.columns)
        for row in table.rows { write(row.map(text)) }
    }

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
        case .text(let text): TerminalText.safe(text, keeping: "\r\n\t")
        case .blob(let octets): hexadecimal(octets)
        }
    }
}
