// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import PacketCapture
import Testing

@testable import weir

/// Reading CSV (RFC 4180), and octets that are none.
@Suite struct CSVRowsTests {
    private func rows(_ octets: [UInt8]) throws -> [CSVRows.Row] {
        var rows = CSVRows(try InputFile(octets: octets, name: "test"))
        var all: [CSVRows.Row] = []
        while let row = try rows.next() { all.append(row) }
        return all
    }

    @Test(
        "fields are as RFC 4180 §2 says",
        arguments: [
            ("a,b\r\nc,d\r\n", [CSVRows.Row.fields(["a", "b"], line: 1), .fields(["c", "d"], line: 2)]),
            ("a,b", [.fields(["a", "b"], line: 1)]), ("\"a,1\",\"b\"\"2\"\n", [.fields(["a,1", "b\"2"], line: 1)]),
            ("\"a\r\nb\",c\nd,e", [.fields(["a\r\nb", "c"], line: 1), .fields(["d", "e"], line: 3)]),
            (",\n\n\"\",\n", [.fields(["", ""], line: 1), .fields(["", ""], line: 3)]),
            ("\"a\"b,c\nd\n", [.damaged(reason: "text follows a closing quote", line: 1), .fields(["d"], line: 2)]),
            ("a,\"b\nc", [.damaged(reason: "a quote does not end", line: 1)]), ("a\"b,c", [.fields(["a\"b", "c"], line: 1)]), ("", []),
        ])
    func fields(text: String, expected: [CSVRows.Row]) throws {
        #expect(try rows(Array(text.utf8)) == expected)
    }

    @Test("a line without an end takes no memory, and those behind it are read")
    func longLines() throws {
        let long = [UInt8](repeating: 97, count: 5 * LineReader.limit)
        let reason = "longer than \(LineReader.limit) octets"
        #expect(try rows(long + [10, 98, 10]) == [.damaged(reason: reason, line: 1), .fields(["b"], line: 2)])
        #expect(try rows(long) == [.damaged(reason: reason, line: 1)])
        // A quote that is never closed, over many lines.
        let quoted = Array("\"".utf8) + (0..<3000).flatMap { _ in [UInt8](repeating: 97, count: 999) + [10] }
        #expect(try rows(quoted).first == .damaged(reason: reason, line: 1))
    }

    @Test("any octets are rows or damage, at most one a line")
    func anything() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let likely: [UInt8] = [34, 44, 10, 13, 39, 92, 0xC3, .random(in: 0...255, using: &generator)]
            let octets = (0..<Int.random(in: 0...200, using: &generator)).map { _ in likely.randomElement(using: &generator) ?? 0 }
            let found = try rows(octets)
            #expect(found.count <= octets.count { $0 == 10 } + 1, "seed \(seed)")
            var parser = KeyParser()
            #expect(octets.compactMap { parser.consume($0) }.count <= octets.count, "seed \(seed)")
        }
    }
}
