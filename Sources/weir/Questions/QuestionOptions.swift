// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// What every question about flows takes: when, which, from whom, and how the answer is written.
struct QuestionOptions: ParsableArguments {
    @OptionGroup var condition: FilterOption

    @Flag(help: "Show how the question would be answered, and do not answer it.")
    var explain = false

    @OptionGroup var time: TimeOptions
    @OptionGroup var strictness: StrictOption
    @OptionGroup var asked: SourceOptions
    @OptionGroup var output: OutputOptions

    func filter() throws -> FlowFilter? { try condition.filter() }

    func range() throws -> TimeRange { try time.range(now: Environment.now) }
}

/// Whether an answer that lacks something is a problem.
struct StrictOption: ParsableArguments {
    @Flag(help: "Exit with 1 when the answer is not known to be complete.")
    var strict = false

    /// After the answer was written.
    func judge(_ completeness: Completeness) throws {
        if strict, completeness.state != .complete { throw ExitCode(1) }
    }
}

extension QuestionOptions {
    /// Writes an answer, and ends the program with 1 if it has to be complete and is not.
    func finish(_ answer: Answer, _ completeness: Completeness) throws {
        try answer.write(output)
        try strictness.judge(completeness)
    }
}
