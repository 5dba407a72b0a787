// SPDX-License-Identifier: Apache-2.0

/// Reads rows of comma-separated values (RFC 4180), with lines ended by LF or CRLF.
struct CSVReader {
    struct Row {
        /// Where the row begins; the first line is 1.
        let line: Int
        var fields: [[UInt8]] = []
    }

    /// Why the rest of a file cannot be read.
    enum Problem: Error {
        case unterminatedQuote(line: Int)
        case textAfterQuote(line: Int)
        case tooManyFields(line: Int)
    }

    static let maximumFieldCount = 64

    private let octets: [UInt8]
    private var position = 0
    private var line = 1

    init(_ octets: [UInt8]) {
        self.octets = octets
        // What spreadsheets put in front of UTF-8.
        if octets.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next row that is not empty; nil at the end.
    mutating func next() throws(Problem) -> Row? {
        while skipLineEnd() {}
        guard position < octets.count else { return nil }
        var row = Row(line: line)
        repeat {
            guard row.fields.count < Self.maximumFieldCount else { throw .tooManyFields(line: row.line) }
            row.fields.append(try field(inRowAt: row.line))
        } while skip(UInt8(ascii: ","))
        return row
    }

    private mutating func field(inRowAt row: Int) throws(Problem) -> [UInt8] {
        guard skip(UInt8(ascii: "\"")) else {
            let start = position
            while position < octets.count, octets[position] != UInt8(ascii: ","), !isAtLineEnd { position += 1 }
            return Array(octets[start..<position])
        }
        var text: [UInt8] = []
        while position < octets.count {
            let octet = octets[position]
            position += 1
            if octet != UInt8(ascii: "\"") {
                if octet == UInt8(ascii: "\n") { line += 1 }
                text.append(octet)
            } else if skip(UInt8(ascii: "\"")) {
                text.append(octet)
            } else {
                guard position == octets.count || octets[position] == UInt8(ascii: ",") || isAtLineEnd else {
                    throw .textAfterQuote(line: line)
                }
                return text
            }
        }
        throw .unterminatedQuote(line: row)
    }

    private var isAtLineEnd: Bool {
        guard position < octets.count else { return false }
        if octets[position] == UInt8(ascii: "\n") { return true }
        return octets[position] == UInt8(ascii: "\r") && position + 1 < octets.count && octets[position + 1] == UInt8(ascii: "\n")
    }

    private mutating func skipLineEnd() -> Bool {
        guard isAtLineEnd else { return false }
        position += octets[position] == UInt8(ascii: "\r") ? 2 : 1
        line += 1
        return true
    }

    private mutating func skip(_ octet: UInt8) -> Bool {
        guard position < octets.count, octets[position] == octet else { return false }
        position += 1
        return true
    }
}
