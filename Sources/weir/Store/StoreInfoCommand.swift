// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir store info`
struct StoreInfoCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "What a store holds, from when to when, the room it takes, and its limits.",
        discussion: """
            Rows and pages are counted, for which all of the file is read. Intervals count
            with their connections. Limits are those of the program that wrote the store
            last; "-" says that there is none, or that no program has told.

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

    private static let columns = ["table", "rows", "octets", "maximumOctets", "maximumAge", "from", "to", "keptSince"]

    static func answer(_ inspection: StoreInspection, path: String, numbers: NumberStyle) -> Answer {
        var table = ResultTable(columns: columns)
        var text = TextTable(
            columns: ["TABLE", "ROWS", "ROOM", "AT MOST", "FOR", "FROM", "TO", "KEPT SINCE"].enumerated().map {
                TextTable.Column(title: $1, alignment: (1...4).contains($0) ? .right : .left, isElastic: false, rank: $0 < 2 ? 0 : $0)
            })
        func add(_ name: String, _ rows: Int64, _ octets: Int64?, _ limit: RetentionLimit?, _ times: [Timestamp?] = [nil, nil, nil]) {
            let sizes = [octets, limit?.octets]
            table.rows.append(
                [.text(name), .integer(rows)] + sizes.map { $0.map { .integer($0) } ?? .null }
                    + [limit?.age.map { .integer($0.components.seconds) } ?? .null]
                    + times.map { $0.map { .text($0.description) } ?? .null })
            text.rows.append(
                [name, numbers.count(UInt64(clamping: rows))] + sizes.map { $0.map { numbers.octets(UInt64(clamping: $0)) } ?? "-" }
                    + [limit?.age.map { daysText($0) } ?? "-"] + times.map { $0.map(LocalTime.dateAndTime) ?? "-" })
        }
        for kept in inspection.kept {
            add(
                kept.resolution.view, kept.rows, kept.octets, kept.limit, [kept.span?.lowerBound, kept.span?.upperBound, kept.keptSince])
        }
        for other in inspection.tables {
            add(other.name, other.rows, other.octets, other.name == "exporter_minute" ? inspection.ledgerLimit : nil)
        }
        var answer = Answer(command: "store info", table: table, text: text)
        answer.question = [("store", .text(path))]
        answer.sums = [
            ("octets", .plain(.integer(inspection.octets))), ("freeOctets", .plain(.integer(inspection.freeOctets))),
            ("pageOctets", .plain(.integer(inspection.pageOctets))),
            ("maximumOctets", .plain(inspection.limit?.octets.map { .integer($0) } ?? .null)),
            ("migrations", .array(inspection.migrations.map { .text($0) })),
        ]
        let free = inspection.freeOctets > 0 ? ", of which \(numbers.octets(UInt64(clamping: inspection.freeOctets))) are free" : ""
        let limit = inspection.limit?.octets.map { "; at most \(numbers.octets(UInt64(clamping: $0))) are used" } ?? ""
        let size = numbers.octets(UInt64(clamping: inspection.octets))
        answer.remarks = ["\(size) in the file\(free)\(limit); brought up to date to \(inspection.migrations.last ?? "nothing")"]
        return answer
    }
}

/// Ages are mostly whole days.
private func daysText(_ age: Duration) -> String {
    let seconds = age.components.seconds
    return seconds % 86_400 == 0 ? "\(seconds / 86_400) d" : seconds % 3600 == 0 ? "\(seconds / 3600) h" : "\(seconds) s"
}
