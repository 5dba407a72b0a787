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
    /// For people: a line for each row; nil where there is only the table.
    var compact: [String]?
    /// For Mermaid and Graphviz; nil where there is only the table.
    var drawing: MapDrawing?
    /// Above the table, where there are several.
    var title: String?
    /// Further tables about the same range, whose question, rows and sums stand beside this one's.
    var further: [Answer] = []
    /// What was asked, beside the time range: members of the JSON object.
    var question: [(String, JSONValue)] = []
    /// Sums, and whatever else belongs to the whole answer: members of the JSON object.
    var sums: [(String, JSONValue)] = []
    var range: TimeRange?
    var completeness: AnswerCompleteness?
    /// Sentences for people, below the table.
    var remarks: [String] = []
    /// Sentences that should be read whatever the format: below the table, else on standard error.
    var notices: [String] = []
}

extension Answer {
    /// Writes the answer to standard output. What is not data but should be known goes below a table, into the JSON object, or, where the
    /// format has no place for it, to standard error.
    func write(_ output: OutputOptions) throws {
        switch output.format {
        case .table: try write(lines: tables(output), output)
        case .compact: try write(lines: compact ?? tables(output), output)
        case .mermaid, .dot: try writeDrawing(output)
        case .markdown: try write(lines: ([self] + further).flatMap(\.markdown), output)
        case .json:
            try Output.answer(json)
            for notice in notices { Output.errorLine(notice) }
        case .ndjson: try writeData(ndjson)
        case .csv: try writeData(CSVText(table).octets)
        }
    }

    private func tables(_ output: OutputOptions) -> [String] {
        ([self] + further).flatMap { part -> [String] in
            guard !part.text.rows.isEmpty else { return [] }
            let title = part.title.map { further.isEmpty ? [] : [$0] } ?? []
            return title + part.text.lines(width: Environment.lineWidth, isColored: output.isColored) + (further.isEmpty ? [] : [""])
        }
    }

    private var markdown: [String] { (title.map { ["### \($0)", ""] } ?? []) + text.markdown + (title == nil ? [] : [""]) }

    private func write(lines: [String], _ output: OutputOptions) throws {
        // In Markdown a line of its own is a paragraph of its own.
        let isMarkdown = output.format == .markdown
        let width = isMarkdown ? nil : Environment.lineWidth
        var lines = lines + (remarks + notices).flatMap { (isMarkdown ? [""] : []) + TerminalText.wrapped($0, to: width) }
        if let completeness {
            if isMarkdown { lines.append("") }
            let isNoticed = !isMarkdown && output.isColored && completeness.completeness.state != .complete
            lines += TerminalText.wrapped(completeness.line, to: width).map { isNoticed ? "\u{1B}[33m\($0)\u{1B}[0m" : $0 }
        }
        try Output.answer(Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    private func writeDrawing(_ output: OutputOptions) throws {
        guard let drawing else { return try write(lines: tables(output), output) }
        try writeData(Array((output.format == .dot ? drawing.dot : drawing.mermaid).utf8))
    }

    private func writeData(_ octets: [UInt8]) throws {
        try Output.answer(octets)
        for remark in remarks + notices { Output.errorLine(remark) }
        if let completeness { Output.errorLine(completeness.line) }
    }

    var ndjson: [UInt8] {
        var text = JSONText()
        for part in [self] + further {
            for row in part.table.rows {
                text.write(part.table.columns, row)
                text.raw("\n")
            }
        }
        return text.octets
    }

    /// One object; each of its members, and each row, on a line of its own.
    private var json: [UInt8] {
        var text = JSONText()
        text.raw("{\"command\":")
        text.write(command)
        if further.isEmpty {
            for (name, value) in heading { write(name, value, to: &text) }
            writeRows(to: &text)
        } else {
            for (name, value) in times { write(name, value, to: &text) }
            text.raw(",\n\"rankings\":[")
            for (index, part) in ([self] + further).enumerated() {
                if index > 0 { text.raw(",") }
                text.raw("\n{\"title\":")
                text.write(part.title ?? part.command)
                for (name, value) in part.question { part.write(name, value, to: &text) }
                part.writeRows(to: &text)
                text.raw("}")
            }
            text.raw("]")
        }
        if let completeness { write("completeness", completeness.json, to: &text) }
        text.raw("}\n")
        return text.octets
    }

    private func writeRows(to text: inout JSONText) {
        text.raw(",\n\"rows\":[")
        for (index, row) in table.rows.enumerated() {
            if index > 0 { text.raw(",") }
            text.raw("\n")
            text.write(table.columns, row)
        }
        text.raw("]")
        for (name, value) in sums { write(name, value, to: &text) }
    }

    private var times: [(String, JSONValue)] {
        range.map { [("from", .text($0.from.description)), ("to", .text($0.to.description))] } ?? []
    }

    private var heading: [(String, JSONValue)] { times + question }

    private func write(_ name: String, _ value: JSONValue, to text: inout JSONText) {
        text.raw(",\n")
        text.write(name)
        text.raw(":")
        text.write(value)
    }
}
