// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore
internal import Glibc

/// `weir sql`
struct SQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Ask in SQL; reads only.",
        discussion: """
            One SELECT over the views flows, connections, exporters and completeness,
            which docs/sql.md describes. Without an argument the statement is read
            from standard input.

            Examples:
              weir sql "SELECT * FROM flows ORDER BY id DESC LIMIT 1" -o json
              weir sql "SELECT * FROM completeness WHERE NOT isComplete" -o csv
              weir sql < question.sql
            """)

    @Argument(help: "The statement.")
    var statement: String?

    @Option(help: ArgumentHelp("Stop the statement after this span (default: 1m).", valueName: "span"))
    var timeout: String?

    @OptionGroup var limit: LimitOption
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        _ = try timeLimit()
        if statement == nil, Environment.isTerminal(STDIN_FILENO) {
            throw ValidationError("There is no statement. Give it as an argument in quotes, or on standard input.")
        }
    }

    private func timeLimit() throws -> Duration {
        guard let timeout else { return .seconds(60) }
        guard let limit = TimeExpression.duration(timeout) else {
            throw ValidationError("--timeout \(timeout) is not a span, such as 30s or 5m.")
        }
        return limit
    }

    func run() throws {
        guard let sql = statement ?? Environment.standardInput(atMost: 1 << 20) else {
            throw ValidationError("The statement on standard input cannot be read, or is longer than a mebibyte.")
        }
        let limits = UserConnection.Limits(rows: limit.rows(or: 10_000), time: try timeLimit())
        var table = try store.open().userConnection().rows(of: sql, limits: limits)
        table.columns = distinct(table.columns)
        var answer = Answer(command: "sql", table: table, text: text(of: table))
        answer.question = [("columns", .array(table.columns.map { .text($0) }))]
        answer.sums = [("truncated", .flag(table.isTruncated))]
        if table.isTruncated { answer.remarks.append("the first \(plural(table.rows.count, "row")); --limit shows more") }
        try answer.write(output)
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
