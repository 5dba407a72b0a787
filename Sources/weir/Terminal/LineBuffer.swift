// SPDX-License-Identifier: Apache-2.0

/// A line that is being edited: characters, and the cursor among them.
struct LineBuffer: Equatable {
    private(set) var characters: [Character] = []
    /// The character before which the next is inserted.
    private(set) var cursor = 0

    /// Far more than anybody types; what is pasted beyond is left out.
    static let capacity = 1 << 16

    init(_ text: String = "") {
        characters = Array(text.prefix(Self.capacity))
        cursor = characters.count
    }

    var text: String { String(characters) }

    mutating func insert(_ text: some Sequence<Character>) {
        for character in text where characters.count < Self.capacity && !character.unicodeScalars.contains(where: TerminalText.isHarmful) {
            characters.insert(character, at: cursor)
            cursor += 1
        }
    }

    /// Changes the line as a key asks. Keys that are not about this line alone change nothing.
    mutating func apply(_ key: Key) {
        switch key {
        case .character(let character): insert(CollectionOfOne(character))
        case .left: cursor = max(cursor - 1, 0)
        case .right: cursor = min(cursor + 1, characters.count)
        case .home: cursor = 0
        case .end: cursor = characters.count
        case .wordLeft: cursor = startOfWord
        case .wordRight: cursor = endOfWord
        case .backspace: remove(max(cursor - 1, 0)..<cursor)
        case .delete: remove(cursor..<min(cursor + 1, characters.count))
        case .deleteToStart: remove(0..<cursor)
        case .deleteToEnd: remove(cursor..<characters.count)
        case .deleteWord: remove(startOfWord..<cursor)
        case .enter, .tab, .up, .down, .clearScreen, .interrupt, .endOfInput: break
        }
    }

    private mutating func remove(_ range: Range<Int>) {
        characters.removeSubrange(range)
        cursor = range.lowerBound
    }

    private var startOfWord: Int {
        var place = cursor
        while place > 0, !isWord(characters[place - 1]) { place -= 1 }
        while place > 0, isWord(characters[place - 1]) { place -= 1 }
        return place
    }

    private var endOfWord: Int {
        var place = cursor
        while place < characters.count, !isWord(characters[place]) { place += 1 }
        while place < characters.count, isWord(characters[place]) { place += 1 }
        return place
    }

    private func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }

    /// The letters before the cursor that a name may have.
    var unfinishedWord: String {
        var place = cursor
        while place > 0, isWord(characters[place - 1]) { place -= 1 }
        return String(characters[place..<cursor])
    }
}
