// SPDX-License-Identifier: Apache-2.0

/// Makes text from anywhere safe to print: it stays on its line and cannot command a terminal.
public enum LogText {
    /// The text with every control, line-breaking and direction-changing character as an escape such as `\n` or `\u{1b}`,
    /// and `\` as `\\`.
    public static func escaped(_ text: String) -> String {
        text.unicodeScalars.allSatisfy(isPlain) ? text : escape(text, quotes: false)
    }

    /// The same for a value, in quotes when it is empty or a reader could not tell where it ends.
    static func value(_ text: String) -> String {
        let needsQuotes = text.isEmpty || text.unicodeScalars.contains { $0 == " " || $0 == "\"" || $0 == "=" }
        return needsQuotes ? "\"" + escape(text, quotes: true) + "\"" : escaped(text)
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\"" where quotes: result += "\\\""
            case _ where isPlain(scalar): result.unicodeScalars.append(scalar)
            default: result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0 and the backslash; DEL and C1, whose 9B is CSI to some terminals.
        case 0..<0x20, 0x5C, 0x7F...0x9F: false
        // Line and paragraph separators; marks, embeddings, overrides and isolates that reorder what follows.
        case 0x2028, 0x2029, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: false
        // Zero width and tag characters, which hide text.
        case 0x200B, 0xFEFF, 0xE0000...0xE007F: false
        default: true
        }
    }
}
