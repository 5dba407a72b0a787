// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// What `--explain` shows.
struct ExplainAnswer {
    let command: String
    let filter: FlowFilter?
    let range: TimeRange
    let explanation: QueryExplanation

    var answer: Answer {
        let values = explanation.values.map(text).joined(separator: ", ")
        let parts: [(name: String, title: String, text: String)] =
            [
                ("filter", "filter", filter.map { "\($0)" } ?? "none: all flows"),
                ("relation", "table", explanation.relation),
                ("expectedRows", "rows", "\(explanation.expectedRows) in the time range"),
                ("sql", "SQL", explanation.sql),
                ("values", "values", values),
            ] + explanation.plan.map { ("plan", "plan", $0) }
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
