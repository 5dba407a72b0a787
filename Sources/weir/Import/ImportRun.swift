// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import Glibc
internal import IPFIX
internal import PacketCapture

/// Imports files, one after another, into one store.
struct ImportRun {
    private let writer: FlowWriter?
    private let sink: ImportSink
    private let settings: DecodeSettings
    private let importsAgain: Bool
    private(set) var reports: [ImportReport] = []
    /// Whether every file was read to its end, and nothing in it was damaged, missing, or there before.
    private(set) var isComplete = true

    /// - Parameters:
    ///   - writer: nil to store nothing.
    ///   - importsAgain: whether files that the store has are imported once more.
    init(writer: FlowWriter?, settings: DecodeSettings, importsAgain: Bool) {
        self.writer = writer
        self.settings = settings
        self.importsAgain = importsAgain
        sink = ImportSink(writer: writer)
    }

    mutating func read(_ path: String) throws {
        let source = try ImportSource(path)
        var progress = ImportProgress(digest: try source.digest(), file: source.name, began: Environment.now)
        if let earlier = try writer?.imports(ofDigest: progress.digest).first, !importsAgain {
            if let ended = earlier.ended {
                isComplete = false
                Output.errorLine(
                    "weir: \(TerminalText.safe(source.name)) was imported before, as \(TerminalText.safe(earlier.file)) on "
                        + "\(LocalTime.dateAndTime(ended)); nothing was stored. To count its flows twice give --again.")
                return
            }
            progress = earlier
            Output.errorLine(
                "weir: \(TerminalText.safe(source.name)): going on behind the \(plural(Int(clamping: earlier.records), "record")) that were "
                    + "stored when the import was interrupted")
        }
        sink.begin(progress)
        reports.append(try read(source))
    }

    private mutating func read(_ source: ImportSource) throws -> ImportReport {
        switch try source.form() {
        case .messages:
            var run = DecodeRun(settings)
            var importer = RecordImporter(sink: sink)
            try run.read(source.open(), into: &importer)
            run.findings.finish(run.sessions.sessions)
            isComplete = isComplete && run.isComplete
            let statistics = run.sessions.statistics
            return try sink.finish(lost: statistics.sequence.lost, malformed: statistics.malformed.total)
        case .ndjson: return try readText(source) { importer, input, progress in try importer.readNDJSON(input, &progress) }
        case .csv: return try readText(source) { importer, input, progress in try importer.readCSV(input, &progress) }
        }
    }

    private mutating func readText(
        _ source: ImportSource, _ read: (inout TextImporter, InputFile, inout Progress) throws -> Void
    ) throws -> ImportReport {
        var importer = TextImporter(sink: sink, file: source.name, findings: DecodeFindings())
        var progress = Progress()
        let input = try source.open()
        progress.begin(input)
        defer { progress.end() }
        try read(&importer, input, &progress)
        isComplete = isComplete && importer.isComplete
        return try sink.finish(lost: 0, malformed: importer.malformed)
    }
}

/// A file to import, which is read more than once.
struct ImportSource {
    enum Form { case messages, ndjson, csv }

    let name: String
    private let path: String
    /// Of what cannot be read twice.
    private let copy: SpooledFile?

    init(_ path: String) throws {
        self.path = path
        let input = path == "-" ? try InputFile(descriptor: dup(STDIN_FILENO), name: "standard input") : try InputFile(path: path)
        name = input.name
        copy = input.size == nil ? try SpooledFile(copying: input) : nil
    }

    func open() throws -> InputFile {
        if let copy { return try copy.open() }
        guard path == "-" else { return try InputFile(path: path) }
        lseek(STDIN_FILENO, 0, SEEK_SET)
        return try InputFile(descriptor: dup(STDIN_FILENO), name: name)
    }

    func digest() throws -> [UInt8] {
        let input = try open()
        var digest = SHA256()
        while case let octets = try input.read(atMost: 1 << 18), !octets.isEmpty { digest.append(octets) }
        return digest.finish()
    }

    /// What the file is, by its first octets. What begins like nothing that is known is looked at as a file of messages, in which the
    /// next one is looked for.
    func form() throws -> Form {
        let beginning = try open().beginning(16)
        if CaptureFile.recognizes(beginning) || beginning.starts(with: [0, 10]) || beginning.starts(with: [0, 9]) { return .messages }
        if beginning.starts(with: [0x1F, 0x8B]) { return .messages }
        if beginning.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") { return .ndjson }
        let isText = !beginning.isEmpty && beginning.allSatisfy { $0 >= 0x20 || [9, 10, 13].contains($0) }
        return isText || beginning.isEmpty ? .csv : .messages
    }
}
