// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir flows`
struct FlowsCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows",
        abstract: "The flows of a time range, the newest first.",
        discussion: """
            Each row is an interval of a connection: what it moved since its previous
            interval. Programs (-o json, ndjson, csv) get the fields themselves under
            their own names; people get them in words, or a line a flow (-o compact).

            Examples:
              weir flows
              weir flows --last 5m --limit 0
              weir flows --where "denied and namespace shop" -o compact
              weir flows --follow --limit 5 --where tcp
              weir flows --columns end,source,destination,tcpState
              weir flows -o ndjson --limit 0 | jq .sourcePodName
              weir flows -o csv --columns flowStartMilliseconds,octetTotalCount

            Shorthands for --columns, in the order shown by default: end, source,
            destination, protocol, service, octets, reverse, verdict, type.
            """)

    @Option(
        help: ArgumentHelp("What to show: shorthands, and names of fields.", valueName: "column,…"),
        completion: .custom(Completions.columns))
    var columns: String?

    @Flag(name: .shortAndLong, help: "Go on with flows as they are stored, oldest first, until --limit or --to.")
    var follow = false

    @OptionGroup var limit: LimitOption
    @OptionGroup var question: QuestionOptions

    var format: OutputFormat { question.output.format }
    static var formats: [OutputFormat] { OutputFormat.common + [.compact] }

    func validate() throws {
        _ = try shownColumns()
        if columns != nil, question.output.format == .compact {
            throw ValidationError("-o compact has columns of its own; leave out --columns.")
        }
        if follow, [.json, .markdown].contains(question.output.format) {
            throw ValidationError("--follow has no end, which -o \(question.output.format.rawValue) needs; use compact, ndjson or csv.")
        }
    }

    private func shownColumns() throws -> [FlowColumn] {
        guard let columns else { return FlowColumn.ofFlows.flatMap(\.columns) }
        do {
            return try ColumnList(shorthands: FlowColumn.ofFlows, isAllowed: { _ in true }).columns(named: columns)
        } catch {
            throw ValidationError(error.message)
        }
    }

    func run() throws {
        let columns = try shownColumns()
        let range = try question.range()
        let source = try question.asked.source()
        let isCompact = question.output.format == .compact || follow && question.output.format == .table && self.columns == nil
        let fields = FlowsAnswer.fields(of: columns) + (isCompact ? CompactFlow.fields : [])
        var query = FlowsQuery(fields: fields.unique, range: range, filter: try question.filter(), limit: limit.rows(or: 20))
        if question.explain {
            let explanation = try source.explain(query)
            return try ExplainAnswer(command: "flows", filter: query.filter, range: range, explanation: explanation).answer.write(
                question.output)
        }
        if follow {
            query.limit = nil
            var following = FlowsFollowing(
                query: query, columns: columns, isCompact: isCompact, limit: limit.limit, output: question.output)
            return try following.run(on: source, until: question.time.to == nil ? nil : range.to)
        }
        let flows = FlowsAnswer(columns: columns, table: try source.flows(query), range: range, numbers: question.output.numbers)
        var answer = flows.answer
        if isCompact { answer.compact = CompactFlow.lines(of: flows.table, question.output.numbers) }
        let completeness = try source.completeness(in: range, answeredBy: .flows)
        answer.completeness = AnswerCompleteness(completeness: completeness, halves: flows.halves)
        if flows.table.rows.isEmpty { answer.notices = try source.noticesOnEmpty(range, query.filter) }
        try question.finish(answer, completeness)
    }
}

extension [FlowField] {
    /// Each once, where it is first.
    var unique: [FlowField] {
        var seen: Set<FlowField> = []
        return filter { seen.insert($0).inserted }
    }
}
