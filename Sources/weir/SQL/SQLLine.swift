// SPDX-License-Identifier: Apache-2.0

/// A statement of several lines as one line that means the same, as a history keeps it.
enum SQLLine {
    private enum State { case plain, lineComment, comment, quoted(Character) }

    /// Line ends become spaces, and comments up to a line's end those with both ends.
    ///
    /// - Returns: nil where a text or name in quotes has a line end, which no line can have.
    static func line(of statement: String) -> String? {
        var line = ""
        var state = State.plain
        var rest = statement[...]
        while let character = rest.popFirst() {
            switch state {
            case .plain:
                line.append(character.isNewline ? " " : character)
                if character == "-", rest.first == "-" {
                    rest.removeFirst()
                    line.removeLast()
                    line += "/*"
                    state = .lineComment
                } else if character == "/", rest.first == "*" {
                    line.append(rest.removeFirst())
                    state = .comment
                } else if "'\"`[".contains(character) {
                    state = .quoted(character == "[" ? "]" : character)
                }
            case .lineComment:
                if character.isNewline {
                    line += " */ "
                    state = .plain
                } else {
                    // What would end the comment too early.
                    line.append(character)
                    if character == "*", rest.first == "/" { line.append(" ") }
                }
            case .comment:
                line.append(character.isNewline ? " " : character)
                if character == "*", rest.first == "/" {
                    line.append(rest.removeFirst())
                    state = .plain
                }
            // A quote within quotes is doubled: the second begins what the first ended.
            case .quoted(let end):
                if character.isNewline { return nil }
                line.append(character)
                if character == end { state = .plain }
            }
        }
        if case .lineComment = state { line += " */" }
        return line
    }
}
