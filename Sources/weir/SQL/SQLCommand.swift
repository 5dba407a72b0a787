// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore
internal import Glibc

/// `weir sql`
struct SQLCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Ask in SQL; reads only.",
        discussion: """
            Statements that read the views of the store (flows, connections, exporters,
            completeness and others), which docs/sql.md describes. Without an argument
            they are read from standard input, each up to its semicolon; on a terminal
            there is a prompt with a history, where .help says what else it knows.

            Examples:
              weir sql "SELECT * FROM flows ORDER BY id DESC LIMIT 1" -o json
              weir sql "SELECT * FROM completeness WHERE NOT isComplete" -o csv
              weir sql "SELECT count(*) FROM flows WHERE sourcePodName = :pod" -p pod=web-0
              weir sql < question.sql
            """)

    @Argument(help: "The statement.")
    var statement: String?

    @Option(
        name: [.customShort("p"), .customLong("parameter")],
        help: ArgumentHelp("The value of :name in the statement; may be repeated.", valueName: "name=value"))
    var parameters: [String] = []

    @Option(help: ArgumentHelp("Stop a statement after this span (default: 1m).", valueName: "span"))
    var timeout: String?

    @OptionGroup var limit: LimitOption
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    var format: OutputFormat { output.format }

    func validate() throws {
        _ = try timeLimit()
        _ = try SQLParameter.all(parameters)
    }

    private func timeLimit() throws -> Duration {
        guard let timeout else { return .seconds(60) }
        guard let limit = TimeExpression.duration(timeout) else {
            throw ValidationError("--timeout \(timeout) is not a span, such as 30s or 5m.")
        }
        return limit
    }

    func run() throws {
        let limits = UserConnection.Limits(rows: limit.rows(or: 10_000), time: try timeLimit())
        var session = SQLSession(
            connection: try store.open().userConnection(), parameters: try SQLParameter.all(parameters), limits: limits, output: output)
        if let statement { return try session.answer(statement) }
        if Environment.isTerminal(STDIN_FILENO) {
            var prompt = SQLPrompt(session: session)
            try prompt.run()
        } else {
            try session.answerStandardInput()
        }
    }
}

/// Reads `-p name=value`.
enum SQLParameter {
    /// Integers and other numbers as such, everything else as text.
    static func all(_ texts: [String]) throws -> [String: ResultValue] {
        var parameters: [String: ResultValue] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("-p \(text) is not a name and a value, such as pod=web-0.")
            }
            let value = String(parts[1])
            parameters[String(parts[0])] = Int64(value).map(ResultValue.integer) ?? Double(value).map(ResultValue.real) ?? .text(value)
        }
        return parameters
    }
}
