// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import PacketCapture

/// Answers statements one after another.
struct SQLSession {
    let connection: UserConnection
    var parameters: [String: ResultValue]
    var limits: UserConnection.Limits
    var output: OutputOptions

    private static let longestInput = 1 << 20

    func answer(_ sql: String) throws {
        var table = try connection.rows(of: sql, parameters: parameters, limits: limits)
        table.columns = distinct(table.columns)
        var answer = Answer(command: "sql", table: table, text: text(of: table))
        answer.question = [("columns", .array(table.columns.map { .text($0) }))]
        answer.sums = [("truncated", .flag(table.isTruncated))]
        if table.isTruncated { answer.remarks.append("the first \(plural(table.rows.count, "row")); --limit shows more") }
        try answer.write(output)
    }

    /// Reads statements up to the end of standard input. Each ends with a semicolon, which the last may leave out; one that fails ends it.
    mutating func answerStandardInput() throws {
        var lines = LineReader(try InputFile(descriptor: 0, name: "standard input"))
        var statement = ""
        var isAnswered = false
        while let line = try lines.next() {
            let text = line.octets.map { String(decoding: $0, as: UTF8.self) }
            guard let text, statement.utf8.count + text.utf8.count <= Self.longestInput else { throw SQLInputError.tooLong }
            if statement.isEmpty, text.hasPrefix(".") {
                guard try perform(text) else { return }
                isAnswered = true
                continue
            }
            statement += text + "\n"
            guard SQLText.isComplete(statement) else { continue }
            try answer(statement)
            isAnswered = true
            statement = ""
        }
        // What is left over is a statement without its semicolon, or space, of which only nothing else makes a mistake.
        if !isAnswered || statement.contains(where: { !$0.isWhitespace }) { try answer(statement) }
    }

    /// Names that a JSON object can have side by side: a second `count` becomes `count_2`.
    private func distinct(_ names: [String]) -> [String] {
        var taken: Set<String> = []
        return names.map { name in
            var candidate = name
            var number = 2
            while !taken.insert(candidate).inserted {
                candidate = "\(name)_\(number)"
                number += 1
            }
            return candidate
        }
    }

    private func text(of table: ResultTable) -> TextTable {
        let columns = table.columns.enumerated().map { index, name in
            let isNumeric = table.rows.contains { $0[index].isNumber } && table.rows.allSatisfy { $0[index].isNumber || $0[index] == .null }
            return TextTable.Column(title: TerminalText.safe(name), alignment: isNumeric ? .right : .left)
        }
        return TextTable(columns: columns, rows: table.rows.map { $0.map(\.plainText) })
    }
}

enum SQLInputError: Error, CustomStringConvertible {
    case tooLong

    var description: String { "The statement is longer than a mebibyte." }
}

extension ResultValue {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .real: true
        default: false
        }
    }

    /// As SQL would write it, but texts without quotes.
    fileprivate var plainText: String {
        switch self {
        case .null: "-"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let text): text
        case .blob(let octets): "x'\(hexadecimal(octets))'"
        }
    }
}
