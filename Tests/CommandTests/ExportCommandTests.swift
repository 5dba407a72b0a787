// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import Glibc
import IPFIX
import JSON
import Testing

@testable import weir

/// `weir export`, and that nothing is lost on the way through a file and back.
@Suite struct ExportCommandTests {
    private let files = DecodeFiles()
    private let example: ExampleStore

    init() throws { example = try ExampleStore() }

    private func weir(_ arguments: [String], store: String? = nil) throws -> Program.Outcome {
        try Program.built("weir").run(
            arguments, environment: ["TZ": "UTC", "WEIR_STORE": store ?? example.path], in: files.folder)
    }

    /// The store's flows as NDJSON.
    private func flows(of store: String) throws -> [Substring] {
        let outcome = try weir(["export"], store: store)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n")
    }

    private func expectRoundTrip(of store: String, by format: String, _ comment: Comment? = nil) throws {
        let file = files.path("export.\(format)")
        #expect(try weir(["export", file, "--force"], store: store).status == 0, comment)
        let copy = files.store("\(format).db")
        let outcome = try weir(["import", file], store: copy)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try flows(of: copy) == flows(of: store), comment)
    }

    @Test("how complete the flows are goes into a file of its own, and decides with --strict")
    func completeness() throws {
        let file = files.path("flows.ndjson"), document = files.path("completeness.json")
        let tenMinutes = ["--from", "2026-11-23T10:00:00Z", "--to", "2026-11-23T10:10:00Z"]
        let arguments = ["export", file, "--completeness", document] + tenMinutes
        #expect(try weir(arguments).status == 0)
        let text = try #require(contents(of: document))
        let object = try JSONParser.parse(Array(text.utf8))
        let answer = try JSONParser.parse(Array(try weir(["top", "-o", "json"] + tenMinutes).output.utf8))
        #expect(object["intervals"] == .number("8") && object["from"]?.string == "2026-11-23T10:00:00.000Z")
        #expect(object["completeness"] == answer["completeness"])
        // What is there is left alone.
        #expect(try weir(arguments).status == 2)
        #expect(try weir(arguments + ["--force"]).status == 0)
        #expect(try weir(["export", "--strict"] + tenMinutes).status == 1)
        #expect(try weir(["export", "--strict", "--from", "2026-11-23T10:00:00Z", "--to", "2026-11-23T10:03:00Z"]).status == 0)
    }

    @Test("a store is the same after export and import", arguments: ["ipfix", "ndjson", "csv"])
    func roundTrip(format: String) throws {
        #expect(try flows(of: example.path).count == 8)
        try expectRoundTrip(of: example.path, by: format)
    }

    @Test(
        "so is one with any values in any fields, of both families, and with names that are made to harm",
        arguments: ["ipfix", "ndjson", "csv"])
    func randomRoundTrip(format: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        var names = NameTable(seed: 1)
        var batch = StoreBatch()
        let harmful = [
            "=1+1", "'=1", "@x", "-1", "+2", "\u{1B}[31mred", "\\u{1b}", "a\nb\r\nc\t\"d\",", "\u{202E}reverse", "''", "\\u{", "\tx",
        ]
        for number in 1...60 as ClosedRange<Int64> {
            var record = FlowRecord.random(family: number % 3 == 0 ? .v6 : .v4, names: &names, using: &generator)
            record[unsigned: .observation] = [nil, 1, 2, 3].randomElement(using: &generator) ?? nil
            record[time: .flowEndMilliseconds] = Timestamp(milliseconds: .random(in: 1...4_102_444_800_000, using: &generator))
            record[name: .sourcePodName] = names.id(of: harmful[Int(number) % harmful.count])
            // No Information Element says what workload a pod is one of.
            if format == "ipfix" {
                for field in [FlowField.sourceWorkloadKind, .sourceWorkloadName, .destinationWorkloadKind, .destinationWorkloadName] {
                    record[name: field] = nil
                }
            }
            batch.intervals.append(FlowInterval(connection: number, record: record, isConnectionChanged: true))
        }
        // Numbered as an import will number them: by when they ended.
        batch.intervals.sort {
            ($0.record[time: .flowEndMilliseconds]?.seconds ?? 0) < ($1.record[time: .flowEndMilliseconds]?.seconds ?? 0)
        }
        batch.intervals = batch.intervals.enumerated().map {
            FlowInterval(connection: Int64($0 + 1), record: $1.record, isConnectionChanged: true)
        }
        batch.names = (1...names.count).map { NameID(rawValue: UInt32($0)) }.map { StoreBatch.NewName(id: $0, text: names.text(of: $0)) }
        let store = files.store()
        try FlowStore.openForWriting(path: store).write(batch)
        try expectRoundTrip(of: store, by: format, "seed \(seed)")
    }

    @Test("another decoder finds the flows, their template and the window of the file in an exported IPFIX File")
    func decoded() throws {
        let file = files.path("export.ipfix")
        #expect(try weir(["export", file]).status == 0)
        let rows = try weir(["decode", file, "--options", "-o", "ndjson"])
        #expect(rows.status == 0 && rows.output.split(separator: "\n").count == 8 + 3, "\(rows)")
        #expect(rows.output.contains("\"observationDomainName\":\"weir: connections observed by the source node\""))
        #expect(rows.output.contains("\"minFlowStartMilliseconds\":\"2026-11-23T10:00:01.000Z\""), "\(rows.output)")
        #expect(!rows.output.contains("\"sourcePodName\":\"\""))
    }

    @Test("a time range takes its intervals, the end excluded")
    func range() throws {
        let outcome = try weir(["export", "--from", "2026-11-23T10:02", "--to", "2026-11-23T10:03"])
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(outcome.errors.hasPrefix("1 interval written, that ended from 2026-11-23 10:02:00 to 2026-11-23 10:02:00\ncompleteness: "))
        #expect(try weir(["export", "--from", "1980-01-01", "--to", "1990-01-01", "-o", "csv"]).output.split(separator: "\r\n").count == 1)
    }

    @Test(
        "a wrong command line exits with 2 and leaves no file",
        arguments: [
            (["flows.xml"], "does not say the format"), (["-o", "xml"], "xml"), (["there.csv"], "is there already"),
            (["nowhere/a.csv"], "could not be written"), (["a.csv", "--store", "/nowhere/a.db"], "There is no flow store"),
        ])
    func unusable(arguments: [String], message: String) throws {
        files.write([65], to: "there.csv")
        let outcome = try weir(["export"] + arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.errors.contains(message), "\(outcome)")
        #expect(unsafe access("\(files.folder)/a.csv", F_OK) != 0)
        #expect(contents(of: "\(files.folder)/there.csv") == "A")
    }

    @Test("no field of a CSV file begins like a formula")
    func formulas() throws {
        #expect(
            CSVText.harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)" && CSVText.harmless("web-1") == "web-1"
                && CSVText.harmless("it's") == "it's")
        for text in ["=1", "'=1", "''@", "-", "\u{1B}", "\\u{5c}u{1b}", "\\u{zz}", "\\u{", "'", "", "plain"] {
            #expect(CSVText.plain(CSVText.harmless(text)) == text)
        }
    }
}
