// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// Lays out the answer to `weir exporters`.
struct ExportersAnswer {
    /// As `QuerySource.exporters` gives it.
    let ledger: ResultTable
    let completeness: Completeness
    let range: TimeRange
    let numbers: NumberStyle

    /// Counts that people get a column for; the losses are added up.
    private static let shown = ["messages", "records", "reordered", "duplicated", "restarts"]
    private static let losses = ExporterMinute.counts.filter(\.isLoss).map(\.name)

    var answer: Answer {
        var answer = Answer(command: "exporters", table: table, text: text)
        answer.range = range
        answer.sums = [
            ("totals", .object([("exporters", .number(exporters)), ("reporting", .number(completeness.exporters))]))
        ]
        answer.remarks = ["\(completeness.exporters) of \(plural(exporters, "exporter")) reported \(range.text)"]
        return answer
    }

    /// The aggregator's own row is none.
    private var exporters: Int { ledger.rows.count { $0.first != .text(ExporterMinute.aggregator) } }

    private func value(_ name: String, _ row: [ResultValue]) -> ResultValue {
        ledger.columns.firstIndex(of: name).map { row[$0] } ?? .null
    }

    private func gaps(_ row: [ResultValue]) -> [Completeness.Gap] {
        completeness.gaps.filter { .text($0.exporter) == row[0] && .integer($0.observationDomainID) == row[1] }
    }

    private func state(_ row: [ResultValue]) -> String {
        if value("minutes", row).integer == 0 { return "silent" }
        return gaps(row).isEmpty ? "complete" : "incomplete"
    }

    private var table: ResultTable {
        var table = ResultTable(columns: ["state"] + ledger.columns + ["silentMinutes"])
        let times = ["firstMinute", "lastMinute"].compactMap { ledger.columns.firstIndex(of: $0) }
        table.rows = ledger.rows.map { row in
            var shown = row
            for place in times { shown[place] = row[place].integer.map { .text(Timestamp(milliseconds: $0).description) } ?? .null }
            return [.text(state(row))] + shown + [.integer(silentMinutes(row))]
        }
        return table
    }

    private func silentMinutes(_ row: [ResultValue]) -> Int64 {
        gaps(row).reduce(0) { sum, gap in
            guard case .silent = gap.cause else { return sum }
            return sum + (gap.to - gap.from).wholeMilliseconds / 60_000
        }
    }

    private var text: TextTable {
        func right(_ title: String, _ rank: Int) -> TextTable.Column { TextTable.Column(title: title, alignment: .right, rank: rank) }
        var text = TextTable(
            columns: [
                TextTable.Column(title: "EXPORTER"), right("DOMAIN", 3), TextTable.Column(title: "NODE", rank: 2),
                TextTable.Column(title: "STATE", isElastic: false),
                TextTable.Column(title: "LAST MINUTE", isElastic: false, rank: 4), right("MINUTES", 5), right("SILENT", 1),
            ] + Self.shown.map { right($0.uppercased(), $0 == "records" ? 5 : 6) } + [
                right("MISSING", 0), TextTable.Column(title: "CAUSES"),
            ])
        for row in ledger.rows {
            func count(_ name: String) -> UInt64? { value(name, row).integer.map { UInt64(clamping: $0) } }
            let missing = Self.losses.compactMap(count)
            let causes = Self.losses.filter { (count($0) ?? 0) > 0 }.map { "\($0) \(numbers.count(count($0)))" }
            text.rows.append(
                [
                    row[0].text ?? "-", row[1].integer.map { "\($0)" } ?? "-", row[2].text ?? "-", state(row),
                    value("lastMinute", row).integer.map { LocalTime.dateAndTime(Timestamp(milliseconds: $0)) } ?? "-",
                    numbers.count(count("minutes")), numbers.count(UInt64(clamping: silentMinutes(row))),
                ] + Self.shown.map { numbers.count(count($0)) } + [
                    missing.isEmpty ? "-" : numbers.count(missing.reduce(0) { $0.addingReportingOverflow($1).partialValue }),
                    causes.joined(separator: ", "),
                ])
        }
        return text
    }
}
