// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Testing

@Suite struct RegularExpressionTests {
    @Test(
        "matches",
        arguments: [
            ("", "anything"), ("b", "abc"), ("^a", "abc"), ("c$", "abc"), ("^abc$", "abc"), ("^$", ""), ("a.c", "abc"), ("a.*d", "abcd"),
            ("^a*$", ""),
            ("^a+$", "aaa"), ("^ab?c$", "ac"), ("^(ab|cd)+$", "abcdab"), ("^(?:ab|)$", ""), ("[a-c]x", "zbx"), ("[^a-c]x", "zx"),
            ("[]x]", "]"), ("[a-]", "-"),
            (#"\d+"#, "a1"), (#"^\w+$"#, "a_1"), (#"\s"#, "a b"), (#"^\D+$"#, "ab"), (#"a\.b"#, "a.b"), (#"[\d.]+"#, "1.2"),
            (#"\bweb\b"#, "a web b"), ("^a{3}$", "aaa"),
            ("^a{2,}$", "aaaa"), ("^a{1,3}$", "aa"), ("^(a{2}){2}$", "aaaa"), ("(?i)WEB", "a web"), ("(?i)[a-c]+X", "ABCx"), ("流.", "河流堰"),
            ("^.$", "🌊"), ("a*?b", "aab"), ("(a*)*b", "b"), ("(|a)+$", "aa"),
        ])
    func matching(pattern: String, text: String) throws {
        #expect(try RegularExpression(pattern).matches(text))
    }

    @Test(
        "does not match",
        arguments: [
            ("b", "ac"), ("^b", "ab"), ("a$", "ab"), ("^a.c$", "a\nc"), ("^(ab|cd)+$", "abc"), ("[^a-c]", "abc"), (#"\d"#, "abc"),
            (#"a\.b"#, "axb"), (#"\bweb\b"#, "webs"), ("^a{3}$", "aa"), ("^a{1,3}$", "aaaa"),
            ("WEB", "web"), ("x", ""),
        ])
    func notMatching(pattern: String, text: String) throws {
        #expect(try !RegularExpression(pattern).matches(text))
    }

    @Test(
        "what is not understood is refused, with the place",
        arguments: [
            ("a(b", 1), ("a)b", 1), ("[a", 0), ("*a", 0), ("a|+", 2), ("a{2", 1), ("a{3,2}", 1), ("a{2000}", 1), (#"\"#, 0), (#"\k"#, 0),
            (#"(a)\1"#, 3), ("(?=a)", 0), ("[z-a]", 1), ("^*", 0),
            (#"[\D]"#, 1),
        ])
    func refused(pattern: String, offset: Int) throws {
        let error = try #require(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
        #expect(error.offset == offset, "\(error)")
    }

    @Test("patterns that would take others for ever are refused or answered at once")
    func hostile() throws {
        let text = String(repeating: "a", count: 2000)
        for pattern in ["(a*)*b", "(a|a)*b", "(a|aa)+$b", "(.*)(.*)(.*)(.*)(.*)b", "(a?){60}b"] {
            #expect(try !RegularExpression(pattern).matches(text))
        }
        #expect(throws: RegularExpressionError.self) { try RegularExpression("((a{1,100}){1,100}){1,100}") }
        #expect(throws: RegularExpressionError.self) { try RegularExpression(String(repeating: "(", count: 900)) }
        #expect(throws: RegularExpressionError.self) { try RegularExpression(String(repeating: "a", count: 1001)) }
    }

    @Test("a text with all signs escaped matches itself alone")
    func escaped() throws {
        let text = #"a.b\c[d](e)*+?{1}|^$"#
        #expect(try RegularExpression("^" + RegularExpression.escaped(text) + "$").matches(text))
    }
}
