// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// What `--explain` shows.
struct ExplainAnswer {
    let command: String
    let filter: FlowFilter?
    let range: TimeRange
    let explanation: QueryExplanation
    var answer: Answer {
        let filterText = filter.map { "\($0)" } ?? "none: all flows"
        let parts: [(name: String, title: String, text: String)] =
            [("filter", "filter", filterText)] + explanation.parts.flatMap(lines) + [("further", "then", Self.further)]
        var answer = Answer(
            command: command,
            table: ResultTable(columns: ["part", "text"], rows: parts.map { [.text($0.name), .text($0.text)] }),
            text: TextTable(
                columns: [TextTable.Column(title: "PART"), TextTable.Column(title: "EXPLANATION", isElastic: false)],
                rows: parts.flatMap { part in
                    part.text.split(separator: "\n").enumerated().map { [$0.offset == 0 ? part.title : "", String($0.element)] }
                }))
        answer.range = range
        return answer
    }

    /// What the parts do not show.
    private static let further = """
        rows are added up by weir, which then looks up the names of what it shows,
        and asks exporter_minute, run and import how complete the range is
        """

    private func lines(of part: QueryExplanation.Part) -> [(name: String, title: String, text: String)] {
        [
            ("relation", "table", part.relation),
            ("from", "from", part.range.from.description),
            ("to", "to", part.range.to.description),
            ("expectedRows", "rows", "\(part.expectedRows) in that time"),
            ("sql", "SQL", part.sql),
            ("values", "values", part.values.map(text).joined(separator: ", ")),
        ] + part.plan.map { ("plan", "plan", $0) }
    }

    private func text(_ value: ResultValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let text): "'\(text)'"
        case .blob(let octets): "x'\(hexadecimal(octets))'"
        }
    }
}
