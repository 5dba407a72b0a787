// SPDX-License-Identifier: Apache-2.0

/// A table for people's eyes.
struct TextTable {
    struct Column {
        var title: String
        var alignment: Alignment
        /// Whether the column may be cut short where the table is too wide.
        var isElastic: Bool

        init(title: String, alignment: Alignment = .left, isElastic: Bool? = nil) {
            self.title = title
            self.alignment = alignment
            self.isElastic = isElastic ?? (alignment == .left)
        }
    }

    enum Alignment { case left, right }

    var columns: [Column]
    /// Each as long as `columns`.
    var rows: [[String]] = []
    /// Rows below the others that sum up.
    var summary: [[String]] = []

    /// Lines of text, columns two spaces apart.
    ///
    /// - Parameter width: of a line; the widest text columns are cut to fit, though not below eight characters. Nil for no limit.
    func lines(width: Int?, isColored: Bool) -> [String] {
        let cells = [columns.map { TerminalText.safe($0.title) }] + (rows + summary).map { $0.map { TerminalText.safe($0) } }
        let widths = fitted(columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }, to: width)
        return cells.enumerated().map { index, row in
            let line = self.line(row, widths)
            return index == 0 && isColored ? "\u{1B}[1m\(line)\u{1B}[0m" : line
        }
    }

    /// A table of GitHub's Markdown.
    var markdown: [String] {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let rule = columns.map { $0.alignment == .left ? ":---" : "---:" }
        return [line(columns.map { escapedForMarkdown($0.title) }), line(rule)] + (rows + summary).map { line($0.map(escapedForMarkdown)) }
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in row.enumerated() {
            let text = TerminalText.fitted(cell, to: widths[index])
            let padding = String(repeating: " ", count: widths[index] - text.count)
            if index > 0 { line += "  " }
            line += columns[index].alignment == .left ? text + padding : padding + text
        }
        while line.last == " " { line.removeLast() }
        return line
    }

    private func fitted(_ natural: [Int], to width: Int?) -> [Int] {
        guard let width else { return natural }
        let smallest = 8
        var widths = natural
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
        while excess > 0,
            let widest = columns.indices.filter({ columns[$0].isElastic && widths[$0] > smallest }).max(by: { widths[$0] < widths[$1] })
        {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func escapedForMarkdown(_ text: String) -> String {
        var escaped = ""
        for character in TerminalText.safe(text) {
            switch character {
            case "|", "\\", "`", "*", "_", "[", "]": escaped += "\\\(character)"
            case "<": escaped += "&lt;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
