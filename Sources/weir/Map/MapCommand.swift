// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir map`
struct MapCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Who talks to whom.",
        discussion: """
            An edge from each source to each destination that it opened connections
            to, with what went both ways, and how many connections a policy denied.

            Examples:
              weir map --last 1d
              weir map --by pod --where "namespace shop" --limit 0
              weir map --by namespace -o mermaid
              weir map --by workload -o dot --limit 50 > map.dot
              weir map --by subnet/24 -o csv

            -o mermaid is drawn by GitHub, GitLab and many wikis, -o dot by Graphviz.
            Dashed edges are those with denied connections only.
            """)

    @Option(
        help: ArgumentHelp("What the ends are: workload, pod, namespace, node, ip, subnet/N.", valueName: "word"),
        completion: .custom(Completions.ends))
    var by = "workload"

    @Option(name: [.long, .customLong("sort")], help: "What to order by.")
    var order: TopOrder = .octets

    @OptionGroup var limit: LimitOption
    @OptionGroup var question: QuestionOptions

    var format: OutputFormat { question.output.format }
    static var formats: [OutputFormat] { OutputFormat.common + [.mermaid, .dot] }

    func validate() throws {
        _ = try end()
    }

    private func end() throws -> GroupDimension {
        let dimensions: [GroupDimension]
        do {
            dimensions = try GroupDimension.named(by)
        } catch {
            throw ValidationError(error.message)
        }
        guard dimensions.count == 1, dimensions[0].isDirected else {
            throw ValidationError("--by \(by) is not an end of flows. Write workload, pod, namespace, node, ip or subnet/24.")
        }
        return dimensions[0]
    }

    func run() throws {
        let range = try question.range()
        let source = try question.asked.source()
        let query = TopQuery(
            fields: [], order: order.order, limit: limit.rows(or: 20), range: range, filter: try order.filter(try question.filter()))
        let map = FlowMap(end: try end())
        if question.explain {
            let explanation = try source.explain(query.grouped(by: map.grouping))
            return try ExplainAnswer(command: "map", filter: query.filter, range: range, explanation: explanation).answer.write(
                question.output)
        }
        let result = try map.edges(query, from: source)
        let completeness = try source.completeness(in: range, answeredBy: query.grouped(by: map.grouping).coarsest)
        let state = AnswerCompleteness(completeness: completeness, halves: result.halves)
        var answer = MapAnswer(map: map, result: result, query: query, numbers: question.output.numbers).answer
        answer.drawing = MapDrawing(
            end: map.end, edges: result.edges, numbers: question.output.numbers, note: "\(range.text); \(state.line)")
        answer.completeness = state
        if result.edges.isEmpty { answer.notices = try source.noticesOnEmpty(range, query.filter) }
        try question.finish(answer, completeness)
    }
}
