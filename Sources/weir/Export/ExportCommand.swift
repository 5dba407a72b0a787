// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
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
            no element for the workloads of pods; the other formats keep them. Counters of
            rules and ports and the ledger of the exporters stay in the store; weir store
            backup copies those too.

            Examples:
              weir export flows.ndjson
              weir export today.csv --from 2026-11-23 --force
              weir export --last 1d -o ndjson | jq -r .sourcePodName
              weir export denied.csv --where denied --force
              weir export backup.ipfix && weir decode backup.ipfix --stats
              weir export -o ipfix | weir import - --store copy.db

            Exit status: 0 all is written, 1 some flows have no place in the format,
            2 could not run.
            """)

    @Argument(help: ArgumentHelp("The file to write; - or none is standard output.", valueName: "file"), completion: .file())
    var file: String?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The format.")
    var format: ExportFormat?

    @Flag(help: "Replace a file that is there.")
    var force = false

    @OptionGroup var condition: FilterOption
    @OptionGroup var time: TimeOptions
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
        let range = try time.rangeOrAll(now: Environment.now)
        let reader = try store.open()
        let target = try ExportTarget(path: path, replaces: force, isBinary: format == .ipfix)
        var run = ExportRun(reader: reader, range: range, filter: try condition.filter())
        switch format {
        case .ndjson: try run.write(NDJSONFlowWriter(), to: target)
        case .csv: try run.write(CSVFlowWriter(), to: target)
        case .ipfix: try run.write(IPFIXFlowWriter(exportTime: Environment.now), to: target)
        }
        try target.finish()
        Output.errorLine(run.summary)
        Output.errorLine(
            AnswerCompleteness(completeness: try reader.completeness(in: range, answeredBy: .flows), halves: ObservedHalves()).line)
        if run.flowsWithoutPlace > 0 { throw ExitCode(1) }
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
    func rangeOrAll(now: Timestamp) throws -> TimeRange {
        let range = try range(now: now)
        if last != nil || from != nil { return range }
        // Exporters' clocks may run ahead.
        return TimeRange(from: Timestamp(seconds: 0), to: to == nil ? Timestamp(seconds: 1 << 40) : range.to)
    }
}
