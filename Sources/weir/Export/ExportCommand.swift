// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// `weir export`
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write stored flows as an IPFIX File, NDJSON or CSV.",
        discussion: """
            Writes every interval of the time range with all its fields, oldest first;
            without --last and --from all that the store has. The format follows the
            file's name (.ipfix, .ndjson, .csv) unless -o says it; standard output gets
            NDJSON. What was written can be read by weir import, and by others. IPFIX has
            no element for the workloads of pods; the other formats keep them. How complete
            the flows are is told at the end, and written to --completeness as a JSON
            object, as answers have it. Counters of rules and ports and the ledger of the
            exporters stay in the store; weir store backup copies those too.

            Examples:
              weir export flows.ndjson
              weir export today.csv --from 2026-11-23 --force
              weir export --last 1d -o ndjson | jq -r .sourcePodName
              weir export denied.csv --where denied --force
              weir export backup.ipfix && weir decode backup.ipfix --stats
              weir export -o ipfix | weir import - --store copy.db
              weir export today.ndjson --completeness today.json --last 1d

            Exit status: 0 all is written, 1 some flows have no place in the format, or
            with --strict the flows are not known to be complete, 2 could not run.
            """)

    @Argument(help: ArgumentHelp("The file to write; - or none is standard output.", valueName: "file"), completion: .file())
    var file: String?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The format.")
    var format: ExportFormat?

    @Option(
        help: ArgumentHelp("Write how complete the flows are to this file, as a JSON object.", valueName: "file"), completion: .file())
    var completeness: String?

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup var condition: FilterOption
    @OptionGroup var time: TimeOptions
    @OptionGroup var strictness: StrictOption
    @OptionGroup var store: StoreOptions

    private var path: String? { file == "-" ? nil : file }

    func validate() throws {
        _ = try chosenFormat()
    }

    private func chosenFormat() throws -> ExportFormat {
        if let format { return format }
        guard let path else { return .ndjson }
        guard let format = ExportFormat(fileName: path) else {
            throw ValidationError("The name \(path) does not say the format; end it in .ipfix, .ndjson or .csv, or give -o.")
        }
        return format
    }

    func run() throws {
        let format = try chosenFormat()
        let reader = try store.open()
        let range = try time.rangeOrAll(of: reader.storedSpan(), now: Environment.now)
        let target = try ExportTarget(path: path, replaces: force, isBinary: format == .ipfix)
        let companion = try completeness.map { try ExportTarget(path: $0, replaces: force, isBinary: false) }
        var run = ExportRun(reader: reader, range: range, filter: try condition.filter())
        switch format {
        case .ndjson: try run.write(NDJSONFlowWriter(), to: target)
        case .csv: try run.write(CSVFlowWriter(), to: target)
        case .ipfix: try run.write(IPFIXFlowWriter(exportTime: Environment.now), to: target)
        }
        let halves = try reader.top(TopQuery(fields: [.protocolIdentifier], range: range, filter: run.filter)).halves
        let state = AnswerCompleteness(completeness: try reader.completeness(in: range, answeredBy: .flows), halves: halves)
        if let companion {
            try companion.write(document(range, run, state))
            try companion.finish()
        }
        try target.finish()
        Output.errorLine(run.summary)
        Output.errorLine(state.line)
        if run.flowsWithoutPlace > 0 { throw ExitCode(1) }
        try strictness.judge(state.completeness)
    }

    /// What was exported, and how complete it is.
    private func document(_ range: TimeRange, _ run: ExportRun, _ state: AnswerCompleteness) -> [UInt8] {
        var text = JSONText()
        text.write(
            .object([
                ("command", .text("export")), ("from", .text(range.from.description)), ("to", .text(range.to.description)),
                ("where", .text(run.filter.map { "\($0)" })), ("intervals", .number(run.flows)), ("completeness", state.json),
            ]))
        text.raw("\n")
        return text.octets
    }
}

enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
    case ipfix, ndjson, csv

    init?(fileName: String) {
        guard let format = Self.allCases.first(where: { fileName.hasSuffix(".\($0.rawValue)") }) else { return nil }
        self = format
    }
}

extension TimeOptions {
    /// All that there is up to `--to`, where no beginning is given.
    ///
    /// - Parameter span: the ends of the store's intervals. Exporters' clocks may run ahead, so that it may end in the future.
    func rangeOrAll(of span: ClosedRange<Timestamp>?, now: Timestamp) throws -> TimeRange {
        let range = try range(now: now)
        guard last == nil, from == nil, let span else { return range }
        let end = to == nil ? span.upperBound + .seconds(1) : range.to
        return TimeRange(from: min(span.lowerBound, end), to: end)
    }
}
