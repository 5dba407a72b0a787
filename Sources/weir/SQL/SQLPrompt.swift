// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import Glibc

/// The interactive prompt of `weir sql`: lines become statements, errors are told and the prompt comes again.
struct SQLPrompt {
    private var session: SQLSession
    private var editor: LineEditor
    private var history: SQLHistory

    init(session: SQLSession) {
        self.session = session
        history = SQLHistory()
        editor = LineEditor(words: Self.words(of: session.connection), history: history.entries)
    }

    private static let keywords = """
        SELECT FROM WHERE GROUP ORDER BY HAVING LIMIT AND OR NOT NULL LIKE BETWEEN DESC DISTINCT COUNT SUM AVG JOIN LEFT UNION CASE WHEN THEN ELSE END
        """.split(whereSeparator: \.isWhitespace).map(String.init)

    /// What Tab completes.
    private static func words(of connection: UserConnection) -> [String] {
        let columns = ViewCatalog.names.flatMap { (try? connection.rows(of: "SELECT * FROM \($0) LIMIT 0").columns) ?? [] }
        return Set(columns + ViewCatalog.names + keywords).sorted()
    }

    mutating func run() throws {
        Output.errorLine("weir \(version). A statement ends with a semicolon; .help says more.")
        StatementInterruption.installSignalHandler()
        var statement = ""
        loop: while true {
            switch editor.readLine(prompt: statement.isEmpty ? "weir> " : "  ...> ") {
            case .end: break loop
            case .cancelled: statement = ""
            case .line(let line):
                if statement.isEmpty, line.allSatisfy(\.isWhitespace) { continue }
                if statement.isEmpty, line.hasPrefix(".") {
                    remember(line)
                    guard perform(line) else { break loop }
                    continue
                }
                statement += (statement.isEmpty ? "" : "\n") + line
                guard SQLText.isComplete(statement) else { continue }
                remember(statement)
                answer(statement)
                statement = ""
            }
        }
        history.save()
    }

    private mutating func remember(_ text: String) {
        guard let line = SQLLine.line(of: text) else { return }
        history.append(line)
        editor.history = history.entries
    }

    private func answer(_ statement: String) {
        StatementInterruption.clear()
        do { try session.answer(statement) } catch { Output.errorLine("\(error)") }
    }

    /// Whether the prompt comes again.
    private mutating func perform(_ line: String) -> Bool {
        do { return try session.perform(line) } catch {
            Output.errorLine("\(error)")
            return true
        }
    }
}
