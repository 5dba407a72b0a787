// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

// What begins with a dot is for the session, not for SQLite.
extension SQLSession {
    static let help = """
        .help              this
        .tables            the views
        .schema [VIEW]     the columns of a view, or of all
        .mode FORMAT       \(OutputFormat.allValueStrings.joined(separator: ", "))
        .limit N           rows of an answer; 0 for all
        .timeout SPAN      stop a statement after this long, such as 30s
        .set NAME VALUE    the value of :NAME in statements
        .quit              end; so does Ctrl-D
        A statement ends with a semicolon, and may take several lines. Ctrl-C leaves it.
        """

    /// - Returns: whether the session goes on.
    mutating func perform(_ line: String) throws -> Bool {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        switch (words.first, words.dropFirst().first) {
        case (".quit", nil), (".exit", nil): return false
        case (".help", nil): try Output.answer(Array((Self.help + "\n").utf8))
        case (".tables", nil): try Output.answer(Array((ViewCatalog.names.joined(separator: "\n") + "\n").utf8))
        case (".schema", let view): try showColumns(of: view)
        case (".mode", let name?):
            guard let format = OutputFormat.common.first(where: { $0.rawValue == name }) else {
                throw unknown("format", name, OutputFormat.allValueStrings)
            }
            output.format = format
        case (".limit", let number?):
            guard let rows = Int(number), rows >= 0 else { throw SQLCommandError(message: "\(number) is no number of rows") }
            limits.rows = rows == 0 ? nil : rows
        case (".timeout", let span?):
            guard let time = TimeExpression.duration(span) else {
                throw SQLCommandError(message: "\(span) is not a span, such as 30s or 5m")
            }
            limits.time = time
        case (".set", let name?):
            let value = words.dropFirst(2).joined(separator: " ")
            parameters.merge(try SQLParameter.all(["\(name)=\(value)"])) { $1 }
        default: throw SQLCommandError(message: "'\(TerminalText.safe(line))' is not understood; .help says what is")
        }
        return true
    }

    private func showColumns(of view: String?) throws {
        let views = view.map { [$0] } ?? ViewCatalog.names
        var text = ""
        for view in views {
            guard ViewCatalog.names.contains(view) else { throw unknown("view", view, ViewCatalog.names) }
            let columns = try connection.rows(of: "SELECT * FROM \(view) LIMIT 0").columns
            text += "\(view)\n" + columns.map { "  \($0)\n" }.joined()
        }
        try Output.answer(Array(text.utf8))
    }

    private func unknown(_ kind: String, _ name: String, _ known: [String]) -> SQLCommandError {
        let suggestion = Spelling.nearest(to: name, among: known).map { " Did you mean '\($0)'?" } ?? ""
        return SQLCommandError(message: "There is no \(kind) '\(TerminalText.safe(name))'.\(suggestion)")
    }
}

struct SQLCommandError: Error, CustomStringConvertible {
    let message: String

    var description: String { message }
}
