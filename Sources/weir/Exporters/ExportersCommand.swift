// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore
internal import IPFIX

/// `weir exporters`
struct ExportersCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "exporters",
        abstract: "Who reports, and what of it is missing.",
        discussion: """
            The collector's ledger for each exporter and observation domain: minutes
            with a report, what arrived, and what is known to be missing, by cause.

            Examples:
              weir exporters
              weir exporters --last 1d -o csv
              weir exporters --strict > /dev/null || echo "something is missing"
            """)

    @OptionGroup var time: TimeOptions
    @OptionGroup var strictness: StrictOption
    @OptionGroup var asked: SourceOptions
    @OptionGroup var output: OutputOptions

    var format: OutputFormat { output.format }

    func run() throws {
        let range = try time.range(now: Environment.now)
        let source = try asked.source()
        let completeness = try source.completeness(in: range, answeredBy: nil)
        var answer = ExportersAnswer(
            ledger: try source.exporters(in: range), completeness: completeness, range: range, numbers: output.numbers
        ).answer
        answer.completeness = AnswerCompleteness(completeness: completeness, halves: ObservedHalves())
        try answer.write(output)
        try strictness.judge(completeness)
    }
}
