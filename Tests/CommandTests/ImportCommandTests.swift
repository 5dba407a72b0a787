// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import Glibc
import IPFIX
import Testing

@testable import weir

/// `weir import` as a user runs it, on files of other exporters.
@Suite struct ImportCommandTests {
    private let files = DecodeFiles()
    private let store: String

    init() { store = files.store() }

    private func weir(_ arguments: [String], input: String = "") throws -> Program.Outcome {
        try Program.built("weir").run(arguments, environment: ["TZ": "UTC", "WEIR_STORE": store], input: input, in: files.folder)
    }

    private func importing(_ arguments: String..., input: String = "") throws -> Program.Outcome {
        try weir(["import"] + arguments, input: input)
    }

    private func sql(_ statement: String) throws -> String {
        String(try weir(["sql", statement, "-o", "csv"]).output.split(separator: "\r\n").last ?? "")
    }

    @Test(
        "a wrong command line, or a file that is nothing to import, exits with 2 and says why",
        arguments: [
            ([], "FILE"), (["-", "-"], "Standard input can be read once"), (["nowhere.ipfix"], "nowhere.ipfix cannot be opened"),
            (["text.csv"], "names no field of a flow"), (["a.json"], "write it with -o ndjson"), (["empty"], "it is empty"),
            (["zipped"], "it is compressed"), (["binary"], "no IPFIX message"), (["text.csv", "--port", "x"], "not a list of ports"),
        ])
    func unusable(arguments: [String], message: String) throws {
        files.write(Array("name,size\nweir,3\n".utf8), to: "text.csv")
        files.write(Array("{\"command\":\"flows\",\n\"rows\":[\n]}\n".utf8), to: "a.json")
        files.write([], to: "empty")
        files.write([0x1F, 0x8B, 8, 0, 0, 0], to: "zipped")
        files.write([0x7F, 0x45, 0x4C, 0x46, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], to: "binary")
        let outcome = try weir(["import"] + arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.lowercased().contains(message.lowercased()), "\(outcome.errors)")
    }

    @Test("the sums of an IPFIX File are those that weir decode shows, and nothing is mediated away")
    func sums() throws {
        let path = Fixture.path("ipfix/gen-std4.ipfix")
        let outcome = try importing(path, "-o", "ndjson")
        #expect(outcome.status == 0 && outcome.output.contains("\"records\":116,\"intervals\":116,"), "\(outcome)")
        #expect(try sql("SELECT count(*) FROM flows") == "116")
        let rows = try Program.built("weir").run(["decode", path, "-o", "ndjson"]).output.split(separator: "\n")
        let octets = rows.compactMap { row in
            row.firstRange(of: "\"octetDeltaCount\":").flatMap { Int(row[$0.upperBound...].prefix { $0.isNumber }) }
        }
        #expect(octets.count == 116)
        #expect(try sql("SELECT sum(octetDeltaCount) FROM flows") == "\(octets.reduce(0, +))")
    }

    @Test("a file that was imported is refused, under another name too, unless it is asked for again")
    func twice() throws {
        files.write(Self.file(flows: 3), to: "a.ipfix")
        files.write(Self.file(flows: 3), to: "b.ipfix")
        #expect(try importing("a.ipfix").status == 0)
        let second = try importing("b.ipfix", "-o", "csv")
        #expect(second.status == 1 && second.errors.contains("b.ipfix was imported before, as a.ipfix"), "\(second.errors)")
        #expect(try sql("SELECT count(*) FROM flows") == "3")
        #expect(try importing("b.ipfix", "--again").status == 0)
        #expect(try sql("SELECT count(*) FROM flows") == "6")
        #expect(try sql("SELECT count(*) || '/' || sum(intervals) FROM imports") == "2/6")
    }

    @Test("an import that was interrupted goes on behind what is stored")
    func resumed() throws {
        let octets = Self.file(flows: 5)
        files.write(octets, to: "a.ipfix")
        // As a program left it that ended after two of the five records.
        var progress = ImportProgress(digest: SHA256.digest(of: octets), file: "a.ipfix", began: Timestamp(seconds: 7))
        progress.records = 2
        progress.intervals = 2
        var batch = StoreBatch()
        batch.importProgress = progress
        try FlowStore.openForWriting(path: store).write(batch)
        let outcome = try importing("a.ipfix")
        #expect(outcome.status == 0 && outcome.errors.contains("going on behind the 2 records"), "\(outcome)")
        #expect(try sql("SELECT count(*) FROM flows") == "3")
        #expect(try sql("SELECT sum(octetDeltaCount) FROM flows") == "\(3000 + 4000 + 5000)")
        #expect(try sql("SELECT records || '/' || intervals FROM imports WHERE endedAt IS NOT NULL") == "5/5")
        #expect(try importing("a.ipfix").status == 1)
    }

    @Test("a file that is cut short is imported up to there, and exits with 1")
    func cutShort() throws {
        files.write(Self.file(flows: 2) + Self.message(of: 3...3, number: 2).dropLast(5), to: "a.ipfix")
        let outcome = try importing("a.ipfix")
        #expect(outcome.status == 1 && outcome.errors.contains("cut off"), "\(outcome.errors)")
        #expect(try sql("SELECT count(*) FROM flows") == "2")
    }

    @Test("options records are no flows, and records that name none are counted")
    func noFlows() throws {
        let template = Wire.set(2, Wire.octets(UInt16(300), UInt16(1), UInt16(82), UInt16(4)))
        files.write(Self.file(flows: 1) + Wire.message(template, Wire.set(300, Array("eth0".utf8)), sequenceNumber: 1), to: "a.ipfix")
        let outcome = try importing("a.ipfix", "-o", "csv")
        #expect(outcome.output.contains("a.ipfix,2,1,1,1,0,0,"), "\(outcome)")
        #expect(outcome.errors == "a.ipfix: 1 record skipped: neither both addresses nor anything counted\n")
        #expect(try importing(Fixture.path("ipfix/softflowd-netflow9-udp.pcap"), "-o", "csv").output.contains(",41,41,"))
    }

    @Test("a dry run counts and stores nothing")
    func dryRun() throws {
        files.write(Self.file(flows: 3), to: "a.ipfix")
        let outcome = try importing("a.ipfix", "--dry-run", "-o", "csv")
        #expect(outcome.status == 0 && outcome.output.contains("a.ipfix,3,3,3,0,0,0,"), "\(outcome)")
        #expect(unsafe access(store, F_OK) != 0)
    }

    @Test("text whose columns have the names of fields or elements is imported; lines that cannot be read are told and left out")
    func text() throws {
        let csv =
            "\u{FEFF}sourceIPv4Address,destinationIPv4Address,flowEndMilliseconds,octetDeltaCount,colour\n"
            + "10.0.0.1,10.0.0.2,2010-05-01T10:00:00.250Z,17,red\n10.0.0.1,10.0.0.2,1,x,red\n10.0.0.1\n\n\"10.0.0.1\",10.0.0.3,1272708000250,4,\"a\nb\"\n"
        files.write(Array(csv.utf8), to: "a.csv")
        let outcome = try importing("a.csv", "-o", "csv")
        #expect(outcome.status == 1 && outcome.output.contains("a.csv,2,2,2,0,0,2,"), "\(outcome)")
        #expect(outcome.errors.contains("a.csv, line 3: cannot be read: octetDeltaCount cannot be 'x'"), "\(outcome.errors)")
        #expect(outcome.errors.contains("a.csv, line 4: cannot be read: 1 field, but the header has 5"))
        #expect(try sql("SELECT sum(octetDeltaCount) || ' ' || min(flowEndMilliseconds) FROM flows") == "21 1272708000250")
        let lines = "{\"sourceIPAddress\":\"fd00::1\",\"destinationIPAddress\":\"fd00::2\",\"flowEndMilliseconds\":5000}\n{\"sourceIPAd"
        let cut = try importing("-", input: lines)
        #expect(cut.status == 1 && cut.errors.contains("standard input, line 2: cannot be read: no JSON"), "\(cut.errors)")
        #expect(try sql("SELECT count(*) FROM flows WHERE sourceIPAddress = 'fd00::1'") == "1")
    }

    @Test("what weir decode shows of a file can be imported as the file", arguments: ["ndjson", "csv"])
    func decoded(format: String) throws {
        let path = Fixture.path("ipfix/softflowd-ipfix-udp.pcap")
        files.write(Array(try Program.built("weir").run(["decode", path, "-o", format]).output.utf8), to: "decoded")
        #expect(try importing("decoded").status == 0)
        let sums =
            "SELECT group_concat(x) FROM (SELECT sourceIPAddress || destinationIPAddress || sum(octetDeltaCount) || min(flowStartMilliseconds) "
            + "|| max(flowEndMilliseconds) AS x FROM flows GROUP BY sourceIPAddress, destinationIPAddress)"
        let ofText = try sql(sums)
        let other = files.store("other.db")
        #expect(try Program.built("weir").run(["import", path, "--store", other], environment: ["TZ": "UTC"]).status == 1)
        let ofMessages = try Program.built("weir").run(["sql", sums, "-o", "csv", "--store", other]).output.split(separator: "\r\n").last
        #expect(ofText == ofMessages.map(String.init))
    }

    @Test("SHA-256 is that of FIPS 180-4")
    func digest() {
        func hexadecimal(_ text: String) -> String {
            SHA256.digest(of: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(hexadecimal("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hexadecimal("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hexadecimal("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(hexadecimal(String(repeating: "a", count: 1_000)) == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
    }

    /// Messages of flows with 1,000 octets, 2,000 and so on, one a message.
    private static func file(flows: UInt64) -> [UInt8] {
        let template = Wire.set(
            2,
            Wire.octets(UInt16(256), UInt16(4))
                + Wire.octets(UInt16(8), UInt16(4), UInt16(4), UInt16(1), UInt16(1), UInt16(8), UInt16(150), UInt16(4)))
        return Wire.message(template, sequenceNumber: 0, exportTime: 1_300_000_000)
            + (1...flows).flatMap { message(of: $0...$0, number: UInt32($0 - 1)) }
    }

    private static func message(of flows: ClosedRange<UInt64>, number: UInt32) -> [UInt8] {
        let records = flows.flatMap { DecodeFiles.record($0) + Wire.octets(UInt32(1_290_000_000 + $0)) }
        return Wire.message(Wire.set(256, records), sequenceNumber: number, exportTime: 1_300_000_000)
    }
}
