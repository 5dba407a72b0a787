// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import IPFIX
internal import PacketCapture

/// Decodes the files of a command and writes what it asked for.
struct DecodeOutput {
    private let command: DecodeCommand
    private let settings: DecodeSettings
    private let knownTemplates: [UInt8]
    /// What cannot be read twice, by the name it has on the command line.
    private var copies: [String: SpooledFile] = [:]

    init(command: DecodeCommand, settings: DecodeSettings) throws {
        self.command = command
        self.settings = settings
        knownTemplates = try Self.templates(of: command.followTemplates, settings)
    }

    /// - Returns: whether nothing was malformed or missing.
    mutating func write() throws -> Bool {
        if command.stats || command.templates { return try writeSummary() }
        switch command.format {
        case .table, .compact, .mermaid, .dot, .markdown: return try writeTable()
        case .ndjson: return try writeNDJSON()
        case .json: return try writeJSON()
        case .csv: return try writeCSV()
        }
    }

    private var isColored: Bool {
        switch command.color {
        case .always: true
        case .never: false
        case .auto:
            Environment.isTerminal(STDOUT_FILENO) && Environment.variable("NO_COLOR") == nil && Environment.variable("TERM") != "dumb"
        }
    }

    private func limit(or standard: Int?) -> RecordLimit {
        RecordLimit(command.limit.map { $0 == 0 ? nil : $0 } ?? standard)
    }
}

// Reading.
extension DecodeOutput {
    private static func templates(of paths: [String], _ settings: DecodeSettings) throws -> [UInt8] {
        var run = DecodeRun(settings)
        var nobody = NoRecordWriter()
        for path in paths { try run.read(InputFile(path: path), into: &nobody) }
        return run.sessions.sessions.flatMap { $0.decoder.savedTemplates() }
    }

    private func decode(into writer: inout some RecordWriter, findings: DecodeFindings = DecodeFindings()) throws -> DecodeRun {
        var run = DecodeRun(settings, knownTemplates: knownTemplates, findings: findings)
        for path in command.files { try run.read(input(path), into: &writer) }
        run.findings.finish(run.sessions.sessions)
        return run
    }

    private func input(_ path: String) throws -> InputFile {
        if let copy = copies[path] { return try copy.open() }
        return path == "-" ? try InputFile(descriptor: dup(STDIN_FILENO), name: "standard input") : try InputFile(path: path)
    }

    /// Keeps a copy of what comes from a pipe.
    private mutating func copyPipes() throws {
        for path in command.files {
            let file = try input(path)
            if file.size == nil { copies[path] = try SpooledFile(copying: file) }
        }
    }
}

// Writing.
extension DecodeOutput {
    private func writeTable() throws -> Bool {
        var writer = TableRecordWriter(limit: limit(or: 20))
        let run = try decode(into: &writer)
        var lines = writer.lines(width: Environment.lineWidth, format: command.format, isColored: isColored)
        if !lines.isEmpty { lines.append("") }
        let total = plural(writer.limit.seen, "record")
        let isAll = writer.limit.admitted == writer.limit.seen
        lines.append(isAll ? total : "the first \(writer.limit.admitted) of \(total); --limit shows more")
        try finish(lines, run)
        return run.isComplete
    }

    private func finish(_ lines: [String], _ run: DecodeRun) throws {
        let completeness = DecodeAnswer(run: run).completenessLine
        let isNoticed = isColored && !run.isComplete
        let all = lines + [isNoticed ? "\u{1B}[33m\(completeness)\u{1B}[0m" : completeness]
        try Output.answer(Array(all.map { $0 + "\n" }.joined().utf8))
    }

    private func writeNDJSON() throws -> Bool {
        let isPrompt = command.files.contains("-")
        var writer = JSONRecordWriter(limit: limit(or: nil), isArray: false, isPrompt: isPrompt)
        let run = try decode(into: &writer)
        try writer.flush()
        return tell(run)
    }

    private mutating func writeCSV() throws -> Bool {
        try copyPipes()
        var finder = ColumnFinder()
        _ = try decode(into: &finder, findings: DecodeFindings(isSilent: true))
        var writer = CSVRecordWriter(columns: finder.names, limit: limit(or: nil))
        let run = try decode(into: &writer)
        try writer.flush()
        return tell(run)
    }

    private func tell(_ run: DecodeRun) -> Bool {
        Output.errorLine(DecodeAnswer(run: run).completenessLine)
        return run.isComplete
    }

    private func writeJSON() throws -> Bool {
        var opening = JSONText()
        opening.raw("{\"command\":\"decode\",\n\"rows\":[")
        try Output.answer(opening.octets)
        var writer = JSONRecordWriter(limit: limit(or: nil), isArray: true, isPrompt: false)
        let run = try decode(into: &writer)
        try writer.flush()
        var closing = JSONText()
        closing.raw("]")
        write([("completeness", DecodeAnswer(run: run).completeness)], to: &closing)
        try Output.answer(closing.octets)
        return run.isComplete
    }

    private func write(_ members: [(String, JSONValue)], to text: inout JSONText) {
        for (name, value) in members {
            text.raw(",\n")
            text.write(name)
            text.raw(":")
            text.write(value)
        }
        text.raw("}\n")
    }
}

// Counts and templates.
extension DecodeOutput {
    private func writeSummary() throws -> Bool {
        var nobody = NoRecordWriter()
        let run = try decode(into: &nobody)
        let answer = DecodeAnswer(run: run)
        let templates = command.templates ? answer.templates(registry: settings.registry) : []
        switch command.format {
        case .table, .compact, .mermaid, .dot, .markdown: try finish(lines(of: answer, templates), run)
        case .json: try Output.answer(json(of: answer, templates))
        case .ndjson:
            let values = templates.map(\.json) + (command.stats ? answer.statisticsRows : [])
            var text = JSONText()
            for value in values {
                text.write(value)
                text.raw("\n")
            }
            try Output.answer(text.octets)
            return tell(run)
        case .csv:
            try Output.answer(csv(of: answer, templates))
            return tell(run)
        }
        return run.isComplete
    }

    private func lines(of answer: DecodeAnswer, _ templates: [ShownTemplate]) -> [String] {
        func lines(_ table: TextTable) -> [String] {
            command.format == .markdown ? [""] + table.markdown : table.lines(width: Environment.lineWidth, isColored: isColored)
        }
        var all: [String] = []
        for template in templates { all += [template.title] + lines(template.table) + [""] }
        if command.stats { all += lines(answer.statisticsTable) + answer.statisticsRemarks }
        return all
    }

    private func json(of answer: DecodeAnswer, _ templates: [ShownTemplate]) -> [UInt8] {
        var text = JSONText()
        text.raw("{\"command\":\"decode\"")
        var members: [(String, JSONValue)] = []
        if command.templates { members.append(("templates", .array(templates.map(\.json)))) }
        if command.stats { members.append(("statistics", answer.statistics)) }
        write(members + [("completeness", answer.completeness)], to: &text)
        return text.octets
    }

    private func csv(of answer: DecodeAnswer, _ templates: [ShownTemplate]) -> [UInt8] {
        var text = CSVText()
        if command.templates {
            text.write(ShownTemplate.csvColumns)
            for template in templates { for row in template.csvRows { text.write(row) } }
        }
        if command.stats {
            let rows = DecodeCounts.all(of: answer.run).rows
            text.write(["session", "observationDomainId"] + DecodeCounts.names)
            for row in rows {
                text.write([row.session?.description ?? "", row.domain.map { "\($0)" } ?? ""] + row.counts.map { "\($0.count)" })
            }
        }
        return text.octets
    }
}

/// For commands that show no records.
private struct NoRecordWriter: RecordWriter {
    mutating func write(_ set: DecodedSet) {}
}
