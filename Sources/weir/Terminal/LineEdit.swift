// SPDX-License-Identifier: Apache-2.0

/// The editing of one line: what each key does to it, to the place in the history, and to the screen.
struct LineEdit {
    private let prompt: String
    private let history: [String]
    private let words: [String]
    private(set) var buffer = LineBuffer()
    /// Where in the history the line comes from; its count for the line that is new.
    private var place: Int
    /// The new line, while an earlier one is looked at.
    private var draft = LineBuffer()
    private var candidates: [String] = []

    private static let mostCandidates = 60

    init(prompt: String, history: [String], words: [String]) {
        self.prompt = prompt
        self.history = history
        self.words = words
        place = history.count
    }

    /// What the line ends with; nil as long as it is edited.
    mutating func apply(_ key: Key) -> LineEditor.Outcome? {
        switch key {
        case .enter: return .line(buffer.text)
        case .interrupt: return .cancelled
        case .endOfInput:
            if buffer.characters.isEmpty { return .end }
            buffer.apply(.delete)
        case .up: move(to: place - 1)
        case .down: move(to: place + 1)
        case .tab: complete()
        default: buffer.apply(key)
        }
        return nil
    }

    private mutating func move(to next: Int) {
        guard (0...history.count).contains(next) else { return }
        if place == history.count { draft = buffer }
        place = next
        buffer = next == history.count ? draft : LineBuffer(history[next])
    }

    /// Adds what all words that begin so have in common; if that is nothing, they are shown.
    private mutating func complete() {
        let begun = buffer.unfinishedWord
        let matching = begun.isEmpty ? [] : words.filter { $0.lowercased().hasPrefix(begun.lowercased()) }
        guard let first = matching.first else { return }
        let common = matching.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        if common.count > begun.count {
            buffer.insert(common.dropFirst(begun.count))
        } else if matching.count > 1 {
            candidates = matching
        } else if matching.count == 1 {
            buffer.insert(" ")
        }
    }

    /// The words to choose from, once.
    mutating func takeCandidates() -> String? {
        guard !candidates.isEmpty else { return nil }
        defer { candidates = [] }
        let shown = candidates.prefix(Self.mostCandidates).joined(separator: "  ")
        return candidates.count > Self.mostCandidates ? shown + "  …" : shown
    }

    /// What draws the line anew: as much of it around the cursor as fits behind the prompt.
    func drawing(width: Int) -> String {
        let room = max(width - prompt.count - 1, 8)
        let widths = buffer.characters.map(TerminalText.columns)
        var first = buffer.cursor
        var used = 0
        while first > 0, used + widths[first - 1] <= room * 3 / 4 || first == buffer.cursor {
            first -= 1
            used += widths[first]
        }
        if widths.reduce(0, +) <= room { first = 0 }
        var end = first
        var shown = 0
        while end < widths.count, shown + widths[end] <= room {
            shown += widths[end]
            end += 1
        }
        let behind = widths[min(buffer.cursor, end)..<end].reduce(0, +)
        let back = behind > 0 ? "\u{1B}[\(behind)D" : ""
        return "\r\u{1B}[K\(prompt)\(String(buffer.characters[first..<end]))\(back)"
    }
}

extension String {
    /// Letters of either case are the same; the result is spelled as this text.
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0.lowercased() == $1.lowercased() }.map(\.0))
    }
}

extension TerminalText {
    /// Columns that a character takes on a terminal: two for East Asian wide ones and pictures (Unicode Standard Annex 11).
    static func columns(of character: Character) -> Int {
        switch character.unicodeScalars.first?.value ?? 0 {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
