// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// Lays out the answer to `weir import`.
struct ImportAnswer {
    let reports: [ImportReport]
    let isDryRun: Bool
    let numbers: NumberStyle

    private static let columns = ["file", "records", "intervals", "connections", "skipped", "lost", "malformed", "from", "to"]

    var answer: Answer {
        var table = ResultTable(columns: Self.columns)
        table.rows = reports.map { report in
            let progress = report.progress
            return [.text(progress.file)]
                + [progress.records, progress.intervals, report.connections, progress.skipped, progress.lost, progress.malformed].map {
                    .integer(Int64(clamping: $0))
                } + [report.span?.lowerBound, report.span?.upperBound].map { $0.map { .text($0.description) } ?? .null }
        }
        var answer = Answer(command: "import", table: table, text: text)
        answer.remarks = reports.flatMap(remarks)
        return answer
    }

    private var text: TextTable {
        let columns = Self.columns.enumerated().map { index, name in
            TextTable.Column(title: name.uppercased(), alignment: (1...6).contains(index) ? .right : .left)
        }
        var text = TextTable(columns: columns)
        text.rows = reports.map { report in
            let progress = report.progress
            return [progress.file]
                + [progress.records, progress.intervals, report.connections, progress.skipped, progress.lost, progress.malformed].map(
                    numbers.count)
                + [report.span?.lowerBound, report.span?.upperBound].map { $0.map(LocalTime.dateAndTime) ?? "-" }
        }
        return text
    }

    private func remarks(_ report: ImportReport) -> [String] {
        func remark(_ count: UInt64, _ text: String) -> String? {
            count > 0 ? "\(TerminalText.safe(report.progress.file)): \(plural(Int(clamping: count), "record")) \(text)" : nil
        }
        let parts = [
            remark(report.withoutFlow, "skipped: neither both addresses nor anything counted"),
            remark(report.outsideOfTime, "skipped: they end at a time that the store has no place for"),
            remark(report.withoutTime, "without times: kept at the time of export"),
            report.progress.isSampled ? "\(TerminalText.safe(report.progress.file)): \(report.progress.samplingText)" : nil,
            report.namesRefused > 0 ? "\(plural(Int(clamping: report.namesRefused), "name")) too many were stored as such" : nil,
            isDryRun ? "nothing was stored" : nil,
        ]
        return parts.compactMap(\.self)
    }
}
