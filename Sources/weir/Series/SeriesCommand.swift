// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir series`
struct SeriesCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "series",
        abstract: "How traffic went over time.",
        discussion: """
            Cuts the time range into steps and adds up the intervals that ended in
            each. With --split-by there is a column for each of the largest groups of
            the whole range; words and fields are those of weir top --by.

            Examples:
              weir series --last 1d
              weir series --last 1h --step 1m --order throughput
              weir series --split-by namespace --last 6h
              weir series --where denied --order connections --last 7d --step 1d
              weir series --split-by workload -o csv --last 1d

            Steps begin where clocks of the local zone show whole hours and days: a
            day lasts from midnight to midnight, 23 or 25 hours where summer time
            begins or ends. With --utc they are those of UTC, of which sums are kept
            for longest.

            Programs get a row for each step and group. A step without flows has
            zeros in a complete store; see the completeness line. Blocks become
            ASCII where the locale is not UTF-8.
            """)

    @Option(
        help: ArgumentHelp("What to split by: words, or names of fields.", valueName: "field,…"), completion: .custom(Completions.groups))
    var splitBy: String?

    @Option(help: ArgumentHelp("The length of a step (default: such that about 24 make the range).", valueName: "span"))
    var step: String?

    @Option(name: [.long, .customLong("sort")], help: "What to show of a step, and to choose groups by.")
    var order: TopOrder = .octets

    @OptionGroup var limit: LimitOption
    @OptionGroup var question: QuestionOptions

    private static let mostSteps = 10_000

    var format: OutputFormat { question.output.format }

    func validate() throws {
        _ = try grouping()
        let range = try question.range()
        let step = try length(in: range)
        guard step >= .seconds(1), range.lengthInSeconds / (step.wholeMilliseconds / 1000) <= Self.mostSteps else {
            throw ValidationError("--step \(self.step ?? "") makes more than \(Self.mostSteps) steps; choose a longer one.")
        }
    }

    private func grouping() throws -> Grouping? {
        guard let splitBy else { return nil }
        let grouping: Grouping
        do {
            grouping = try Grouping(splitBy)
        } catch {
            throw ValidationError(error.message)
        }
        guard !grouping.isTooLong else {
            throw ValidationError("--split-by takes at most \(GroupKey.maximumParts) fields; words such as pod are two.")
        }
        return grouping
    }

    private func length(in range: TimeRange) throws -> Duration {
        guard let step else { return range.roundStep }
        guard let length = TimeExpression.duration(step) else {
            throw ValidationError("--step \(step) is not a span, such as 10s, 1m or 1h.")
        }
        return length
    }

    private func steps(in range: TimeRange) throws -> StepRanges { StepRanges(range, length: try length(in: range)) }

    func run() throws {
        let range = try question.range()
        let source = try question.asked.source()
        let grouping = try grouping()
        let query = TopQuery(
            fields: [], order: order.order, limit: limit.rows(or: 5), range: range, filter: try order.filter(try question.filter()))
        if question.explain {
            let asked = grouping.map { query.grouped(by: $0) } ?? query
            let explanation = try source.explain(SeriesQuery(asked, try steps(in: range).asked))
            return try ExplainAnswer(command: "series", filter: query.filter, range: range, explanation: explanation).answer.write(
                question.output)
        }
        let series = try Series(query: query, grouping: grouping, steps: try steps(in: range), from: source)
        var answer = SeriesAnswer(series: series, order: order, numbers: question.output.numbers).answer
        let completeness = try source.completeness(in: range, answeredBy: series.coarsest)
        answer.completeness = AnswerCompleteness(completeness: completeness, halves: series.whole.halves)
        if series.whole.totals.intervals == 0 { answer.notices = try source.noticesOnEmpty(range, query.filter) }
        try question.finish(answer, completeness)
    }
}

extension TimeRange {
    /// A length that clocks show, of which about 24 make the range.
    var roundStep: Duration {
        let lengths: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]
        let wanted = lengthInSeconds / 24
        if let length = lengths.first(where: { $0 >= wanted }) { return .seconds(length) }
        return .seconds((wanted + 86_399) / 86_400 * 86_400)
    }
}
