// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

/// The answer to a command, for programs and for people.
struct Answer {
    let command: String
    /// For programs: values under the names of fields.
    var table: ResultTable
    /// For people: the same in words.
    var text: TextTable
    /// What was asked, beside the time range: members of the JSON object.
    var question: [(String, JSONValue)] = []
    /// Sums, and whatever else belongs to the whole answer: members of the JSON object.
    var sums: [(String, JSONValue)] = []
    var range: TimeRange?
    var completeness: AnswerCompleteness?
    /// Sentences for people, below the table.
    var remarks: [String] = []
}

extension Answer {
    /// Writes the answer to standard output. What is not data but should be known goes below a table, into the JSON object, or, where the
    /// format has no place for it, to standard error.
    func write(_ output: OutputOptions) throws {
        switch output.format {
        case .table:
            try write(lines: text.rows.isEmpty ? [] : text.lines(width: Environment.lineWidth, isColored: output.isColored), output)
        case .markdown: try write(lines: text.markdown, output)
        case .json: try Output.answer(json)
        case .ndjson: try writeData(ndjson)
        case .csv: try writeData(CSVText(table).octets)
        }
    }

    private func write(lines: [String], _ output: OutputOptions) throws {
        // In Markdown a line of its own is a paragraph of its own.
        let isMarkdown = output.format == .markdown
        var lines = lines + remarks.flatMap { isMarkdown ? ["", $0] : [$0] }
        if let completeness {
            if isMarkdown { lines.append("") }
            let isNoticed = output.format == .table && output.isColored && completeness.completeness.state != .complete
            lines.append(isNoticed ? "\u{1B}[33m\(completeness.line)\u{1B}[0m" : completeness.line)
        }
        try Output.answer(Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    private func writeData(_ octets: [UInt8]) throws {
        try Output.answer(octets)
        for remark in remarks { Output.errorLine(remark) }
        if let completeness { Output.errorLine(completeness.line) }
    }

    private var ndjson: [UInt8] {
        var text = JSONText()
        for row in table.rows {
            text.write(table.columns, row)
            text.raw("\n")
        }
        return text.octets
    }

    /// One object; each of its members, and each row, on a line of its own.
    private var json: [UInt8] {
        var text = JSONText()
        text.raw("{\"command\":")
        text.write(command)
        for (name, value) in heading { write(name, value, to: &text) }
        text.raw(",\n\"rows\":[")
        for (index, row) in table.rows.enumerated() {
            if index > 0 { text.raw(",") }
            text.raw("\n")
            text.write(table.columns, row)
        }
        text.raw("]")
        for (name, value) in sums { write(name, value, to: &text) }
        if let completeness { write("completeness", completeness.json, to: &text) }
        text.raw("}\n")
        return text.octets
    }

    private var heading: [(String, JSONValue)] {
        let times: [(String, JSONValue)] = range.map { [("from", .text($0.from.description)), ("to", .text($0.to.description))] } ?? []
        return times + question
    }

    private func write(_ name: String, _ value: JSONValue, to text: inout JSONText) {
        text.raw(",\n")
        text.write(name)
        text.raw(":")
        text.write(value)
    }
}
