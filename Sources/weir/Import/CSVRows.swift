// SPDX-License-Identifier: Apache-2.0

internal import PacketCapture

/// The records of a CSV file (RFC 4180): fields in quotes may hold commas, doubled quotes and line ends; lines may end without a carriage
/// return. Empty lines are passed over.
struct CSVRows {
    enum Row: Equatable {
        /// `line` is the one in which the record begins, from 1.
        case fields([String], line: Int)
        case damaged(reason: String, line: Int)
    }

    private var lines: LineReader

    init(_ input: InputFile) {
        lines = LineReader(input)
    }

    var position: Int { lines.position }

    /// Nil at the end of the file.
    mutating func next() throws -> Row? {
        while let line = try lines.next() {
            guard let octets = line.octets else {
                return .damaged(reason: "longer than \(LineReader.limit) octets", line: line.number)
            }
            // A spreadsheet may have put a byte order mark in front.
            let record = line.number == 1 && octets.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(octets.dropFirst(3)) : octets
            if record.isEmpty || record == [13] { continue }
            return try row(beginning: record, line: line.number)
        }
        return nil
    }

    private mutating func row(beginning line: [UInt8], line number: Int) throws -> Row {
        var parser = FieldParser()
        parser.consume(line)
        var octets = line.count
        while parser.isInQuotes {
            guard let more = try lines.next(), let continuation = more.octets else {
                return .damaged(reason: "a quote does not end", line: number)
            }
            octets += continuation.count
            guard octets <= LineReader.limit else { return .damaged(reason: "longer than \(LineReader.limit) octets", line: number) }
            parser.consume([10] + continuation)
        }
        guard let fields = parser.finish() else { return .damaged(reason: "text follows a closing quote", line: number) }
        return .fields(fields, line: number)
    }

    private struct FieldParser {
        private enum State { case start, plain, quoted, quoteInQuoted, damaged }

        private var state = State.start
        private var field: [UInt8] = []
        private var fields: [String] = []

        var isInQuotes: Bool { state == .quoted }

        mutating func consume(_ octets: [UInt8]) {
            for octet in octets { consume(octet) }
        }

        private mutating func consume(_ octet: UInt8) {
            switch (state, octet) {
            case (.damaged, _): break
            case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
            case (.quoted, _): field.append(octet)
            case (.start, UInt8(ascii: "\"")): state = .quoted
            case (.quoteInQuoted, UInt8(ascii: "\"")):
                field.append(octet)
                state = .quoted
            case (_, UInt8(ascii: ",")): endField()
            case (.quoteInQuoted, 13): break
            case (.quoteInQuoted, _): state = .damaged
            default:
                field.append(octet)
                state = .plain
            }
        }

        private mutating func endField() {
            fields.append(String(decoding: field, as: UTF8.self))
            field.removeAll(keepingCapacity: true)
            state = .start
        }

        /// Nil when the record is damaged.
        mutating func finish() -> [String]? {
            if state == .damaged { return nil }
            if state == .plain, field.last == 13 { field.removeLast() }
            endField()
            return fields
        }
    }
}
