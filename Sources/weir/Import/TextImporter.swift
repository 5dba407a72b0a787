// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX
internal import JSON
internal import PacketCapture

/// Takes the lines of NDJSON and CSV files as flows: those that `weir export`, `weir flows` and `weir decode` write, and others whose columns
/// have the names of fields or Information Elements.
struct TextImporter {
    private let sink: ImportSink
    private let file: String
    private var findings: DecodeFindings
    private(set) var malformed: UInt64 = 0
    /// By the names of an object, in their order.
    private var mappings: [[String]: RecordMapping] = [:]

    private static let mappingCapacity = 1024
    /// Text says nothing of when it was written.
    private static let exportTime = Timestamp(seconds: 0)

    init(sink: ImportSink, file: String, findings: DecodeFindings) {
        self.sink = sink
        self.file = file
        self.findings = findings
    }

    /// What this importer has found wrong is told already.
    var isComplete: Bool { malformed == 0 }

    mutating func readNDJSON(_ input: InputFile, _ progress: inout Progress) throws {
        var lines = LineReader(input)
        var isFirst = true
        while let line = try lines.next() {
            progress.reach(lines.position)
            guard let octets = line.octets else {
                unreadable("longer than \(LineReader.limit) octets", line: line.number)
                continue
            }
            guard octets.contains(where: { $0 > 0x20 }) else { continue }
            switch Self.object(octets) {
            case .success(let members): try takeObject(members, line: line.number)
            case .failure(let error):
                if isFirst, octets.starts(with: "{\"command\":".utf8) {
                    throw ImportError.notImportable(
                        file: file, reason: "it is one JSON document; write it with -o ndjson instead of -o json")
                }
                unreadable("no JSON: \(error.reason), at octet \(error.offset)", line: line.number)
            }
            isFirst = false
        }
    }

    mutating func readCSV(_ input: InputFile, _ progress: inout Progress) throws {
        var rows = CSVRows(input)
        guard let header = try rows.next(), case .fields(let columns, _) = header else {
            throw ImportError.notImportable(file: file, reason: "it is empty")
        }
        let mapping = RecordMapping(columns: columns)
        guard mapping.knownColumns > 0, columns.count > 1 else {
            throw ImportError.notImportable(
                file: file,
                reason: "it is neither IPFIX nor a capture, and its first line names no field of a flow (docs/sql.md lists them)")
        }
        while let row = try rows.next() {
            progress.reach(rows.position)
            switch row {
            case .damaged(let reason, let line): unreadable(reason, line: line)
            case .fields(let fields, let line):
                guard fields.count == columns.count else {
                    unreadable("\(plural(fields.count, "field")), but the header has \(columns.count)", line: line)
                    continue
                }
                try take(mapping, columns, line: line) { CSVText.plain(fields[$0]) }
            }
        }
    }

    /// Nil members for what is no object.
    private static func object(_ octets: [UInt8]) -> Result<[String: JSON.JSONValue]?, JSONParser.Malformed> {
        do throws(JSONParser.Malformed) {
            return .success(try JSONParser.parse(octets).object)
        } catch {
            return .failure(error)
        }
    }

    private mutating func takeObject(_ members: [String: JSON.JSONValue]?, line: Int) throws {
        guard let members else { return unreadable("no JSON object", line: line) }
        let columns = members.keys.sorted()
        if mappings[columns] == nil {
            if mappings.count >= Self.mappingCapacity { mappings.removeAll() }
            mappings[columns] = RecordMapping(columns: columns)
        }
        guard let mapping = mappings[columns] else { return }
        try take(mapping, columns, line: line) { Self.text(members[columns[$0]]) }
    }

    /// Numbers as they stand; the first of several values; nil for null and what no field can be.
    private static func text(_ value: JSON.JSONValue?) -> String? {
        switch value {
        case .string(let text), .number(let text): text
        case .boolean(let flag): flag ? "1" : "0"
        case .array(let values): values.first.flatMap { text($0) }
        case .object, .null, nil: nil
        }
    }

    private mutating func take(_ mapping: RecordMapping, _ columns: [String], line: Int, text: (Int) -> String?) throws {
        var unreadableColumn: Int?
        var flow = mapping.flow(exportTime: Self.exportTime, isZeroUnknown: false, names: &sink.names) { column in
            do throws(RecordMapping.Unreadable) {
                return try text(column).flatMap { text throws(RecordMapping.Unreadable) in
                    try mapping.value(ofText: text, column: column)
                }
            } catch {
                unreadableColumn = error.column
                return nil
            }
        }
        if let column = unreadableColumn {
            return unreadable("\(columns[column]) cannot be '\((text(column) ?? "").prefix(40))'", line: line)
        }
        guard !flow.isTimeOfExport else { return unreadable("it says nowhere when the flow ended", line: line) }
        if flow.connection == nil { flow.makeForeign() }
        try sink.take(flow, origin: 0)
    }

    private mutating func unreadable(_ reason: String, line: Int) {
        malformed += 1
        findings.unreadable(reason, at: "\(file), line \(line)")
    }
}
