// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import JSON
import Testing

/// `weir store`: what it tells, and that copies are stores.
@Suite struct StoreCommandTests {
    private let store: ExampleStore
    private let files = DecodeFiles()

    init() throws { store = try ExampleStore() }

    private func weir(_ arguments: String...) throws -> Program.Outcome {
        try Program.built("weir").run(arguments, environment: ["TZ": "UTC", "WEIR_STORE": store.path], in: files.folder)
    }

    @Test("info counts what there is, and says from when to when")
    func info() throws {
        let table = try weir("store", "info")
        #expect(table.status == 0 && table.output.contains("flows") && table.output.contains("in the file"), "\(table)")
        let json = try JSONParser.parse(Array(try weir("store", "info", "-o", "json").output.utf8))
        let flows = json["rows"]?.array?.first { $0["table"]?.string == "flows" }
        #expect(flows?["rows"] == .number("8") && flows?["from"]?.string == "2026-11-23T10:01:00.000Z")
        #expect(json["migrations"]?.array?.first?.string == "v1-flows")
        #expect(json["octets"] != .number("0"))
    }

    @Test("a sound store passes the check; one with a page overwritten does not, and exits with 1 or 2")
    func check() throws {
        let sound = try weir("store", "check", "-o", "json")
        #expect(sound.status == 0 && sound.output.contains("\"isSound\":true"), "\(sound)")
        let copy = files.store("copy.db")
        #expect(try weir("store", "backup", copy).status == 0)
        let descriptor = unsafe open(copy, O_WRONLY)
        let noise = [UInt8](repeating: 0xA5, count: 4096)
        // Behind the first page, which has the schema, in every other.
        let length = lseek(descriptor, 0, SEEK_END)
        for offset in stride(from: off_t(8192 * 4), to: length, by: 8192) { _ = unsafe pwrite(descriptor, noise, noise.count, offset) }
        close(descriptor)
        let damaged = try weir("store", "check", "--store", copy)
        #expect(damaged.status != 0, "\(damaged)")
    }

    @Test("a backup has the same flows, replaces nothing, and leaves nothing when it cannot be made")
    func backup() throws {
        let copy = files.store("copy.db")
        #expect(try weir("store", "backup", copy).status == 0)
        #expect(try weir("export", "--store", copy).output == weir("export").output)
        let again = try weir("store", "backup", copy)
        #expect(again.status == 2 && again.errors.contains("copy.db"), "\(again)")
        #expect(try weir("store", "backup", "/nowhere/copy.db").status == 2)
    }

    @Test("compacting leaves the flows as they are, and makes no store where there is none")
    func compact() throws {
        let before = try weir("export").output
        #expect(try weir("store", "compact").status == 0)
        #expect(try weir("export").output == before)
        let missing = try weir("store", "compact", "--store", "nowhere.db")
        #expect(missing.status == 2 && missing.errors.contains("There is no flow store at nowhere.db"))
        #expect(unsafe access(files.folder + "/nowhere.db", F_OK) != 0)
    }
}
