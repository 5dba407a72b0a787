// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore

/// `weir flows`
struct FlowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows",
        abstract: "The flows of a time range, the newest first.",
        discussion: """
            Each row is an interval of a connection: what it moved since its previous
            interval. Programs (-o json, ndjson, csv) get the fields themselves under
            their own names; people get them in words.

            Examples:
              weir flows
              weir flows --last 5m --limit 0
              weir flows --columns end,source,destination,tcpState
              weir flows -o ndjson --limit 0 | jq .sourcePodName
              weir flows -o csv --columns flowStartMilliseconds,octetTotalCount

            Shorthands for --columns, in the order shown by default: end, source,
            destination, protocol, service, octets, reverse, verdict, type.
            """)

    @Option(help: ArgumentHelp("What to show: shorthands, and names of fields.", valueName: "column,…"))
    var columns: String?

    @OptionGroup var limit: LimitOption
    @OptionGroup var time: TimeOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        _ = try shownColumns()
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
        let range = try time.range(now: Environment.now)
        let reader = try store.open()
        let table = try reader.flows(FlowsAnswer.fields(of: columns), in: range, limit: limit.rows(or: 20))
        let flows = FlowsAnswer(columns: columns, table: table, range: range, numbers: output.numbers)
        var answer = flows.answer
        answer.completeness = AnswerCompleteness(completeness: try reader.completeness(in: range), halves: flows.halves)
        if table.rows.isEmpty { answer.remarks.append(try reader.remarkOnEmpty(range)) }
        try answer.write(output)
    }
}
