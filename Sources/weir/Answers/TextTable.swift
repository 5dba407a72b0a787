// SPDX-License-Identifier: Apache-2.0

/// A table for people's eyes.
struct TextTable {
    struct Column {
        var title: String
        var alignment: Alignment
        /// Whether the column may be cut short where the table is too wide. Of one that stands to the right only the title is.
        var isElastic: Bool
        /// Where the table is still too wide, columns of the highest rank are left out first, all of a rank together; zero: not at all,
        /// unless nothing else helps.
        var rank: Int

        init(title: String, alignment: Alignment = .left, isElastic: Bool? = nil, rank: Int = 0) {
            self.title = title
            self.alignment = alignment
            self.isElastic = isElastic ?? (alignment == .left)
            self.rank = rank
        }
    }

    enum Alignment { case left, right }

    var columns: [Column]
    /// Each as long as `columns`.
    var rows: [[String]] = []
    /// Rows below the others that sum up.
    var summary: [[String]] = []

    /// Lines of text, columns two spaces apart. Where columns are left out, the last line says so.
    ///
    /// - Parameters:
    ///   - width: of a line, which no line exceeds: elastic columns are cut, and columns are left out. Nil for no limit.
    ///   - isContinued: whether the rows go on below earlier lines: without titles and last line.
    func lines(width: Int?, isColored: Bool, isContinued: Bool = false) -> [String] {
        let cells = [columns.map { TerminalText.safe($0.title) }] + (rows + summary).map { $0.map { TerminalText.safe($0) } }
        let fit = TableFit(columns, cells, width: width)
        var lines = cells.map { line($0, fit) }
        if isContinued { return Array(lines.dropFirst()) }
        if isColored { lines[0] = "\u{1B}[1m\(lines[0])\u{1B}[0m" }
        let leftOut = columns.count - fit.places.count
        if leftOut > 0 { lines.append(TerminalText.fitted("(\(plural(leftOut, "column")) left out; -o csv has all)", to: width ?? .max)) }
        return lines
    }

    /// A table of GitHub's Markdown.
    var markdown: [String] {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let rule = columns.map { $0.alignment == .left ? ":---" : "---:" }
        return [line(columns.map { escapedForMarkdown($0.title) }), line(rule)] + (rows + summary).map { line($0.map(escapedForMarkdown)) }
    }

    private func line(_ row: [String], _ fit: TableFit) -> String {
        var line = ""
        for (place, width) in zip(fit.places, fit.widths) {
            let text = TerminalText.fitted(row[place], to: width)
            let padding = String(repeating: " ", count: width - text.count)
            if place != fit.places[0] { line += "  " }
            line += columns[place].alignment == .left ? text + padding : padding + text
        }
        while line.last == " " { line.removeLast() }
        return line
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
