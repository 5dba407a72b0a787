// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import weir

/// What of a table is shown on a narrow line.
@Suite struct TableFitTests {
    private static let table = TextTable(
        columns: [
            TextTable.Column(title: "POD"), TextTable.Column(title: "OCTETS", alignment: .right),
            TextTable.Column(title: "%", alignment: .right, rank: 2), TextTable.Column(title: "CONNECTIONS", alignment: .right, rank: 1),
        ],
        rows: [["shop/frontend-7d9f8c-abcde", "1.2 MB", "99.9", "1234"], ["data/db-0", "3 B", "0.1", "1"]])

    @Test("no line is longer than the width, whatever the width", arguments: 8...60)
    func neverWider(width: Int) {
        let lines = Self.table.lines(width: width, isColored: false)
        #expect(lines.allSatisfy { $0.count <= width }, "\(lines)")
    }

    @Test(
        "names are cut until they are short, then columns of the highest rank are left out, and the last line says so",
        arguments: [
            (60, "POD                         OCTETS     %  CONNECTIONS", nil),
            (45, "POD                 OCTETS     %  CONNECTIONS", nil),
            (40, "POD                  OCTETS  CONNECTIONS", "(1 column left out; -o csv has all)"),
            (30, "POD                     OCTETS", "(2 columns left out; -o csv ha…"),
            (18, "POD         OCTETS", "(2 columns left …"),
            (9, "POD", nil),
        ] as [(Int, String, String?)])
    func leftOut(width: Int, titles: String, remark: String?) {
        let lines = Self.table.lines(width: width, isColored: false)
        #expect(lines.first == titles, "\(lines)")
        if let remark { #expect(lines.last?.prefix(10) == remark.prefix(10)) }
        #expect((lines.count == 4) == (width < 45), "\(lines)")
    }

    @Test("a number is never cut, though its title is")
    func numbers() {
        let table = TextTable(
            columns: [
                TextTable.Column(title: "FROM"), TextTable.Column(title: "a-very-long-name-of-a-pod", alignment: .right, isElastic: true),
            ], rows: [["10:00", "1234567890123"]])
        #expect(table.lines(width: 20, isColored: false) == ["FROM   a-very-long-…", "10:00  1234567890123"])
    }

    @Test("text is broken between words, and not within one")
    func wrapped() {
        #expect(TerminalText.wrapped("one two three", to: 7) == ["one two", "three"])
        #expect(TerminalText.wrapped("incomprehensible x", to: 7) == ["incomprehensible", "x"])
        #expect(TerminalText.wrapped("one two", to: nil) == ["one two"])
    }
}
