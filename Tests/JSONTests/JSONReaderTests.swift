// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONReaderTests {
    private func names(_ text: String) throws -> [String] {
        var reader = JSONReader(Array(text.utf8))
        var names: [String] = []
        try reader.members { name, _ in names.append(name) }
        let isAtEnd = reader.isAtEnd()
        #expect(isAtEnd)
        return names
    }

    @Test("members that nobody reads are stepped over, whatever is in them")
    func steps() throws {
        let text = #" { "a" : {"x":[1,{"y":"}]\""}]} , "b\n":[ ], "c":-1.5e3,"d":null , "e":"\\" } "#
        #expect(try names(text) == ["a", "b\n", "c", "d", "e"])
        #expect(try names("{}").isEmpty)
    }

    @Test("a value of another kind counts as absent, and what follows is read")
    func otherKinds() throws {
        var reader = JSONReader(Array(#"{"a":7,"b":{"c":[]},"d":["e",{},null,true]}"#.utf8))
        var texts: [String?] = []
        try reader.members { name, reader throws(JSONReader.Malformed) in
            switch name {
            case "a": try reader.members { _, _ in Issue.record("a number has no members") }
            case "b": texts.append(try reader.text())
            default: try reader.elements { reader throws(JSONReader.Malformed) in texts.append(try reader.text()) }
            }
        }
        #expect(texts == [nil, "e", nil, nil, "true"])
    }

    @Test("escapes become what they stand for, and a lonely surrogate U+FFFD")
    func escapes() throws {
        var reader = JSONReader(Array(#""a\u00e9\ud83d\ude00\ud83d\"""#.utf8))
        let text = try reader.text()
        #expect(text == "aé😀\u{FFFD}\"")
    }

    @Test(
        "what is not JSON is refused",
        arguments: [
            "", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{a:1}", "{\"a\" 1}", "{\"a\":1 \"b\"", "[", "\"a", "\"\\", "}", ",",
            "{\"a\":\"\\q\"}",
        ])
    func refuses(text: String) {
        #expect(throws: JSONReader.Malformed.self) {
            var reader = JSONReader(Array(text.utf8))
            try reader.members { _, reader throws(JSONReader.Malformed) in _ = try reader.text() }
        }
    }

    @Test("depth costs no stack")
    func depth() throws {
        let text = "{\"a\":" + String(repeating: "[", count: 500_000) + String(repeating: "]", count: 500_000) + "}"
        #expect(try names(text) == ["a"])
    }

    @Test("every beginning of a document is refused without reading beyond it")
    func truncated() {
        let octets = Array(#"{"a":[{"b":"c\u0041"},1.5,null],"d":{}}"#.utf8)
        for count in 0..<octets.count {
            #expect(throws: JSONReader.Malformed.self) {
                var reader = JSONReader(Array(octets[..<count]))
                try reader.members { _, _ in }
            }
        }
    }
}
