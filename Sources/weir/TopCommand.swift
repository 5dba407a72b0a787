// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
internal import FlowModel
public import FlowStore

/// `weir top`
struct TopCommand: ParsableCommand {
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
              weir top --by pair --order connections
              weir top --by sourcePodName,destinationServicePortName --limit 50
              weir top --by port -o json --from 2026-11-23T10:00

            Shorthands for --by: pod (the source's, with its namespace), namespace and
            node (the source's), service, port (the destination's, with protocol),
            pair (source pod and destination pod).
            """)

    @Option(help: ArgumentHelp("What to group by: a shorthand, or names of fields.", valueName: "field,…"))
    var by = "pod"

    @Option(help: "What to order by.")
    var order: TopQuery.Order = .octets

    @OptionGroup var limit: LimitOption
    @OptionGroup var time: TimeOptions
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        _ = try columns()
    }

    private func columns() throws -> [FlowColumn] {
        do {
            let columns = try ColumnList(shorthands: FlowColumn.groups, isAllowed: FlowStore.isGroupable).columns(named: by)
            guard columns.flatMap(\.fields).count <= TopQuery.maximumFields else {
                throw ValidationError("--by takes at most \(TopQuery.maximumFields) fields.")
            }
            return columns
        } catch let error as ColumnList.Unknown {
            throw ValidationError(error.message)
        }
    }

    func run() throws {
        let columns = try columns()
        let range = try time.range(now: Environment.now)
        let reader = try store.open()
        let query = TopQuery(fields: columns.flatMap(\.fields), order: order, limit: limit.rows(or: 10), range: range)
        let result = try reader.top(query)
        var answer = TopAnswer(columns: columns, query: query, result: result, numbers: output.numbers).answer
        answer.completeness = AnswerCompleteness(completeness: try reader.completeness(in: range), halves: result.halves)
        if result.groups.isEmpty { answer.remarks.append(try reader.remarkOnEmpty(range)) }
        try answer.write(output)
    }
}

extension TopQuery.Order: ExpressibleByArgument {}
