// SPDX-License-Identifier: Apache-2.0

/// Text from the store, made harmless for a terminal. Names come from the network: they must not move the cursor, change colours,
/// or reverse what is read.
enum TerminalText {
    /// Control characters, line separators and marks of writing direction as `\u{1b}`.
    ///
    /// - Parameter kept: characters that stay as they are all the same.
    static func safe(_ text: String, keeping kept: String = "") -> String {
        func isHarmful(_ scalar: Unicode.Scalar) -> Bool { Self.isHarmful(scalar) && !kept.unicodeScalars.contains(scalar) }
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if isHarmful(scalar) {
                safe += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        default: false
        }
    }

    /// The text in lines of at most so many characters, broken between words; a longer word has a line of its own.
    ///
    /// - Parameter width: nil for one line.
    static func wrapped(_ text: String, to width: Int?) -> [String] {
        guard let width, text.count > width else { return [text] }
        var lines: [String] = []
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// The text in at most so many characters, the last one `…` if there were more.
    static func fitted(_ text: String, to width: Int) -> String {
        guard text.count > width else { return text }
        return text.prefix(max(width - 1, 0)) + "…"
    }
}
