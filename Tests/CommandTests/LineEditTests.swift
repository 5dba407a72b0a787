// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import weir

/// Keys, and what they do to a line.
@Suite struct LineEditTests {
    private func keys(_ octets: [UInt8]) -> [Key] {
        var parser = KeyParser()
        return octets.compactMap { parser.consume($0) }
    }

    @Test("octets of a terminal become keys; sequences that mean nothing are passed over, and what is cut short harms nothing")
    func parsing() {
        #expect(keys(Array("aé流🌊".utf8)) == ["a", "é", "流", "🌊"].map(Key.character))
        #expect(keys(Array("\u{1B}[A\u{1B}OH\u{1B}[3~\u{1B}[1;5C\u{1B}b".utf8)) == [.up, .home, .delete, .wordRight, .wordLeft])
        #expect(keys(Array("\u{1B}[200~x\u{1B}[99;99;99z".utf8)) == [.character("x")])
        #expect(keys([0xC3, 0x41, 0xFF, 0x80, 0x42]) == [.character("A"), .character("B")])
        #expect(
            keys([1, 3, 4, 5, 9, 13, 21, 23, 127]) == [
                .home, .interrupt, .endOfInput, .end, .tab, .enter, .deleteToStart, .deleteWord, .backspace,
            ])
        #expect(keys([0x1B] + [UInt8](repeating: 0x5B, count: 40) + [0x41]).count <= 40)
    }

    @Test(
        "keys change the line around the cursor",
        arguments: [
            ("abc", [Key.left, .backspace], "ac", 1), ("abc", [.home, .delete, .right, .character("x")], "bxc", 2),
            ("select count", [.deleteWord], "select ", 7), ("select count", [.wordLeft, .deleteToStart], "count", 0),
            ("select count", [.home, .wordRight, .deleteToEnd], "select", 6), ("é流", [.left, .left, .left, .character("a")], "aé流", 1),
            ("a", [.character("\u{1B}"), .character("\u{202E}")], "a", 1), ("", [.backspace, .delete, .deleteWord, .left, .right], "", 0),
        ])
    func editing(text: String, keys: [Key], result: String, cursor: Int) {
        var buffer = LineBuffer(text)
        for key in keys { buffer.apply(key) }
        #expect(buffer.text == result && buffer.cursor == cursor)
    }

    @Test("the history keeps the line that is being written")
    func history() {
        var edit = LineEdit(prompt: "> ", history: ["one", "two"], words: [])
        _ = edit.apply(.character("x"))
        var shown: [String] = []
        for key in [Key.up, .up, .up, .down, .down, .down] {
            _ = edit.apply(key)
            shown.append(edit.buffer.text)
        }
        #expect(shown == ["two", "one", "one", "two", "x", "x"])
        #expect(edit.apply(.endOfInput) == nil && edit.apply(.enter) == .line("x"))
        var empty = LineEdit(prompt: "> ", history: [], words: [])
        #expect(empty.apply(.endOfInput) == .end && empty.apply(.interrupt) == .cancelled)
    }

    @Test("a line that is wider than the terminal is shown around the cursor, wide characters counted as two")
    func drawing() {
        var edit = LineEdit(prompt: "> ", history: [], words: [])
        for character in "0123456789abcdefghijklmnopqrstuvwxyz" { _ = edit.apply(.character(character)) }
        #expect(edit.drawing(width: 23) == "\r\u{1B}[K> lmnopqrstuvwxyz")
        _ = edit.apply(.home)
        #expect(edit.drawing(width: 23) == "\r\u{1B}[K> 0123456789abcdefghij\u{1B}[20D")
        var wide = LineEdit(prompt: "> ", history: [], words: [])
        for character in "流x" { _ = wide.apply(.character(character)) }
        _ = wide.apply(.home)
        #expect(wide.drawing(width: 40) == "\r\u{1B}[K> 流x\u{1B}[3D")
    }
}
