// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir policies`
struct PoliciesCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "policies",
        abstract: "What policy rules allowed and denied, and which were never hit.",
        discussion: """
            Two views of each rule side by side: the flows that it decided, as
            connection tracking saw them, and what Open vSwitch counted of the rule
            itself: connections that it admitted (of a rule that denies: packets that
            it denied). A rule that a switch has and that neither saw is never hit.

            Examples:
              weir policies --last 1d
              weir policies --unused --last 30d
              weir policies --where "namespace shop" --last 1h
              weir policies -o csv --limit 0

            Switches count rules only where exporters read their flow statistics; "-"
            says that nobody counted. --where chooses flows; the switches' counters
            are of the rule as a whole, and are left out then.
            """)

    @Flag(help: "Only rules that were never hit in the time range.")
    var unused = false

    @OptionGroup var limit: LimitOption
    @OptionGroup var question: QuestionOptions

    var format: OutputFormat { question.output.format }

    func run() throws {
        let range = try question.range()
        let source = try question.asked.source()
        let query = TopQuery(fields: [], order: .connections, range: range, filter: try question.filter())
        if question.explain {
            let explanation = try source.explain(PolicyUse.query(query, .ingress))
            return try ExplainAnswer(command: "policies", filter: query.filter, range: range, explanation: explanation).answer.write(
                question.output)
        }
        var use = try PolicyUse(query, from: source)
        if unused { use.rules.removeAll { !$0.isUnused } }
        var answer = PoliciesAnswer(
            use: use, range: range, filter: query.filter, limit: limit.rows(or: 0), isUnused: unused, numbers: question.output.numbers
        ).answer
        let completeness = try source.completeness(in: range, answeredBy: PolicyUse.query(query, .ingress).coarsest)
        answer.completeness = AnswerCompleteness(completeness: completeness, halves: use.halves)
        try question.finish(answer, completeness)
    }
}
