// SPDX-License-Identifier: Apache-2.0

/// What somebody pressed.
enum Key: Equatable {
    case character(Character)
    case enter, tab, backspace, delete
    case left, right, wordLeft, wordRight, home, end, up, down
    case deleteToStart, deleteToEnd, deleteWord, clearScreen
    case interrupt, endOfInput
}

/// Makes keys of the octets that a terminal sends: UTF-8, control characters, and the escape sequences of xterm and its kin (ECMA-48).
/// Sequences that mean no key here are passed over.
struct KeyParser {
    private enum State: Equatable {
        case plain
        case text([UInt8], missing: Int)
        case escape
        case sequence([UInt8])
    }

    private var state = State.plain

    /// The longest sequence that is waited for.
    private static let longestSequence = 16

    /// Nil when more octets are needed, or there is no such key.
    mutating func consume(_ octet: UInt8) -> Key? {
        switch state {
        case .plain: return begin(octet)
        case .text(let octets, let missing):
            guard octet & 0xC0 == 0x80 else {
                state = .plain
                return begin(octet)
            }
            let all = octets + [octet]
            state = missing > 1 ? .text(all, missing: missing - 1) : .plain
            return missing > 1 ? nil : String(decoding: all, as: UTF8.self).first.map(Key.character)
        case .escape:
            state = .plain
            switch octet {
            case UInt8(ascii: "["), UInt8(ascii: "O"): state = .sequence([])
            case UInt8(ascii: "b"): return .wordLeft
            case UInt8(ascii: "f"): return .wordRight
            case 0x7F: return .deleteWord
            default: break
            }
            return nil
        case .sequence(let octets):
            // Parameters are below "@"; what is not ends the sequence.
            if octet < 0x40, octets.count < Self.longestSequence {
                state = .sequence(octets + [octet])
                return nil
            }
            state = .plain
            return key(ofSequence: String(decoding: octets + [octet], as: UTF8.self))
        }
    }

    private mutating func begin(_ octet: UInt8) -> Key? {
        switch octet {
        case 0x1B:
            state = .escape
            return nil
        case 0xC0..<0xE0: state = .text([octet], missing: 1)
        case 0xE0..<0xF0: state = .text([octet], missing: 2)
        case 0xF0..<0xF8: state = .text([octet], missing: 3)
        case 0x20..<0x7F: return .character(Character(Unicode.Scalar(octet)))
        default: return Self.controls[octet]
        }
        return nil
    }

    private static let controls: [UInt8: Key] = [
        1: .home, 2: .left, 3: .interrupt, 4: .endOfInput, 5: .end, 6: .right, 8: .backspace, 9: .tab, 10: .enter, 11: .deleteToEnd,
        12: .clearScreen, 13: .enter, 14: .down, 16: .up, 21: .deleteToStart, 23: .deleteWord, 0x7F: .backspace,
    ]

    private func key(ofSequence text: String) -> Key? {
        switch text {
        case "A": .up
        case "B": .down
        case "C": .right
        case "D": .left
        case "H", "1~", "7~": .home
        case "F", "4~", "8~": .end
        case "3~": .delete
        case "1;5C", "1;3C": .wordRight
        case "1;5D", "1;3D": .wordLeft
        default: nil
        }
    }
}
