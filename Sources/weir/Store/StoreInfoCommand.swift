// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir store info`
struct StoreInfoCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "What a store holds, from when to when, and how much room it takes.",
        discussion: """
            Rows are counted, for which most of the file is read.

            Examples:
              weir store info
              weir store info -o json
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    var format: OutputFormat { output.format }

    func run() throws {
        let inspection = try store.open().inspection()
        try Self.answer(inspection, path: store.path, numbers: output.numbers).write(output)
    }

    static func answer(_ inspection: StoreInspection, path: String, numbers: NumberStyle) -> Answer {
        var table = ResultTable(columns: ["table", "rows", "from", "to", "keptSince"])
        var text = TextTable(
            columns: table.columns.enumerated().map { TextTable.Column(title: $1.uppercased(), alignment: $0 == 1 ? .right : .left) })
        for kept in inspection.kept {
            let times = [kept.span?.lowerBound, kept.span?.upperBound, kept.keptSince]
            table.rows.append([.text(kept.resolution.view), .integer(kept.rows)] + times.map { $0.map { .text($0.description) } ?? .null })
            text.rows.append(
                [kept.resolution.view, numbers.count(UInt64(clamping: kept.rows))] + times.map { $0.map(LocalTime.dateAndTime) ?? "-" })
        }
        for (name, rows) in inspection.rows {
            table.rows.append([.text(name), .integer(rows), .null, .null, .null])
            text.rows.append([name, numbers.count(UInt64(clamping: rows)), "-", "-", "-"])
        }
        var answer = Answer(command: "store info", table: table, text: text)
        answer.question = [("store", .text(path))]
        answer.sums = [
            ("octets", .plain(.integer(inspection.octets))), ("freeOctets", .plain(.integer(inspection.freeOctets))),
            ("pageOctets", .plain(.integer(inspection.pageOctets))), ("migrations", .array(inspection.migrations.map { .text($0) })),
        ]
        let free = inspection.freeOctets > 0 ? ", of which \(numbers.octets(UInt64(clamping: inspection.freeOctets))) are free" : ""
        let size = numbers.octets(UInt64(clamping: inspection.octets))
        answer.remarks = ["\(size) in the file\(free); brought up to date to \(inspection.migrations.last ?? "nothing")"]
        return answer
    }
}
