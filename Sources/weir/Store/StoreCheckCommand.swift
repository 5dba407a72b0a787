// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore
internal import Glibc

/// `weir store check`
struct StoreCheckCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Whether a store is sound: structure, references, and sums.",
        discussion: """
            Reads all of the file, while the aggregator may go on writing.

            Examples:
              weir store check
              weir store check --store flows.db -o json

            Exit status: 0 sound, 1 something is not as it should be, 2 could not run.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    var format: OutputFormat { output.format }

    func run() throws {
        let problems = try problems()
        let rows = problems.map { [ResultValue.text($0.check), .text($0.finding)] }
        let text = TextTable(
            columns: [TextTable.Column(title: "CHECK"), TextTable.Column(title: "FINDING")], rows: problems.map { [$0.check, $0.finding] })
        var answer = Answer(command: "store check", table: ResultTable(columns: ["check", "finding"], rows: rows), text: text)
        answer.question = [("store", .text(store.path))]
        answer.sums = [("isSound", .flag(problems.isEmpty))]
        answer.remarks = [problems.isEmpty ? "the store is sound" : "\(plural(problems.count, "problem")) in the store"]
        try answer.write(output)
        if !problems.isEmpty { throw ExitCode(1) }
    }

    /// A file that cannot even be opened for its damage is one with a problem.
    private func problems() throws -> [StoreProblem] {
        let isWatched = Environment.isTerminal(STDERR_FILENO)
        defer { if isWatched { Output.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) } }
        do {
            return try store.open().check { name, number, count in
                if isWatched { Output.write(Array("\r\u{1B}[K\(number)/\(count) \(name)".utf8), to: STDERR_FILENO) }
            }
        } catch StoreError.damaged(let message) {
            return [StoreProblem(check: "structure of the file", finding: message)]
        }
    }
}
