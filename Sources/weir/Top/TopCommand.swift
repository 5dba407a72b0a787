// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir top`
struct TopCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Who or what moved most.",
        discussion: """
            Adds up the intervals that ended in the time range. Octets and packets
            are shown for both directions, and ordered by their sum. A count that
            nobody measured is shown as "-"; it is not zero.

            Examples:
              weir top
              weir top --by namespace --last 1d
              weir top --by pod --by port --where "denied or external"
              weir top --by pair --order connections
              weir top --by workload --compare 1d --series
              weir top --by sourcePodName,destinationServicePortName --limit 50
              weir top --by "source subnet/24" --order throughput --last 10m
              weir top --by sourceIPAddress -o csv --exact --limit 0
              weir top --by port -o json --from 2026-11-23T10:00

            Words for --by: pod, namespace, node, workload, ip and subnet/N count a
            flow at each of its ends, as sent and as received; "source pod" or
            "destination ip" is that end alone. policy and rule are those that
            decided at either end. service, port (the destination's, with protocol),
            protocol, pair (source pod and destination pod), type, verdict.
            """)

    @Option(
        help: ArgumentHelp("What to group by: words, or names of fields; several times for several rankings.", valueName: "field,…"),
        completion: .custom(Completions.groups))
    var by: [String] = []

    @Option(
        name: [.long, .customLong("sort")],
        help: "What to order by; throughput: octets, as bits per second; denied: connections, of denied flows only.")
    var order: TopOrder = .octets

    @Option(help: ArgumentHelp("Compare with the range so long before: a column CHANGE.", valueName: "span"))
    var compare: String?

    @Flag(help: "Draw each row's course over the time range.")
    var series = false

    @OptionGroup var limit: LimitOption
    @OptionGroup var question: QuestionOptions

    var format: OutputFormat { question.output.format }

    func validate() throws {
        let groupings = try groupings()
        _ = try comparedSpan()
        if groupings.count > 1, question.output.format == .csv { throw ValidationError("-o csv has one header, and so takes one --by.") }
    }

    private func groupings() throws -> [Grouping] {
        var groupings: [Grouping] = []
        for text in by.isEmpty ? ["pod"] : by {
            do {
                groupings.append(try Grouping(text))
            } catch {
                throw ValidationError(error.message)
            }
        }
        guard !groupings.contains(where: \.isTooLong) else {
            throw ValidationError("--by takes at most \(GroupKey.maximumParts) fields; words such as pod are two.")
        }
        return groupings
    }

    private func comparedSpan() throws -> Duration? {
        guard let compare else { return nil }
        guard let span = TimeExpression.duration(compare) else {
            throw ValidationError("--compare \(compare) is not a span, such as 1h, 24h or 7d.")
        }
        return span
    }

    func run() throws {
        let range = try question.range()
        let source = try question.asked.source()
        let query = TopQuery(
            fields: [], order: order.order, limit: limit.rows(or: 10), range: range, filter: try order.filter(try question.filter()))
        let groupings = try groupings()
        if question.explain {
            let explanation = try source.explain(query.grouped(by: groupings[0]))
            return try ExplainAnswer(command: "top", filter: query.filter, range: range, explanation: explanation).answer.write(
                question.output)
        }
        var answers: [Answer] = []
        var halves = ObservedHalves()
        var coarsest = Resolution.day
        for grouping in groupings {
            let ranking = try TopRanking(
                grouping: grouping, query: query, from: source, comparedTo: try comparedSpan(), hasSeries: series)
            halves = ranking.result.halves
            coarsest = min(coarsest, ranking.coarsest)
            answers.append(TopAnswer(ranking: ranking, query: query, order: order, numbers: question.output.numbers).answer)
        }
        var answer = answers[0]
        answer.further = Array(answers.dropFirst())
        if answers.allSatisfy(\.table.rows.isEmpty) { answer.notices = try source.noticesOnEmpty(range, query.filter) }
        let completeness = try source.completeness(in: range, answeredBy: coarsest)
        answer.completeness = AnswerCompleteness(completeness: completeness, halves: halves)
        try question.finish(answer, completeness)
    }
}
