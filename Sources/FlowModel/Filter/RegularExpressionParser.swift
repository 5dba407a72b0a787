// SPDX-License-Identifier: Apache-2.0

/// A regular expression taken apart.
indirect enum RegularExpressionTree {
    case empty
    case scalar(UInt32)
    case set(RegularExpression.ScalarSet)
    case assertion(RegularExpression.Assertion)
    case sequence([RegularExpressionTree])
    case choice([RegularExpressionTree])
    /// No upper bound: nil.
    case repetition(RegularExpressionTree, least: Int, most: Int?)
}

/// Reads a pattern from left to right.
struct RegularExpressionParser {
    private typealias Failure = RegularExpressionError
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private(set) var ignoresCase = false

    private static let deepest = 50
    private static let mostRepetitions = 1000

    init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    mutating func parse() throws(RegularExpressionError) -> RegularExpressionTree {
        if take("(?i)") { ignoresCase = true }
        let tree = try choice()
        guard position == scalars.count else { throw Failure("')' has no '('", position) }
        return tree
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        let expected = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: expected) else { return false }
        position += expected.count
        return true
    }

    private mutating func choice() throws(RegularExpressionError) -> RegularExpressionTree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw Failure("parentheses are more than \(Self.deepest) deep", position) }
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(RegularExpressionError) -> RegularExpressionTree {
        var parts: [RegularExpressionTree] = []
        while let next, next != "|", next != ")" { parts.append(try repeated()) }
        return .sequence(parts)
    }

    private mutating func repeated() throws(RegularExpressionError) -> RegularExpressionTree {
        let start = position
        var tree = try atom()
        while let next {
            let bounds: (least: Int, most: Int?)
            switch next {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{": bounds = try counted()
            default: return tree
            }
            if next != "{" { position += 1 }
            // `*?` asks for the shortest match, which is the same to a question of yes or no.
            _ = take("?")
            if case .assertion = tree { throw Failure("there is nothing to repeat", start) }
            tree = .repetition(tree, least: bounds.least, most: bounds.most)
        }
        return tree
    }

    /// `{2}`, `{2,}`, `{2,5}`.
    private mutating func counted() throws(RegularExpressionError) -> (least: Int, most: Int?) {
        let start = position
        position += 1
        guard let least = number() else { throw Failure("'{' is not followed by a number", start) }
        var most: Int? = least
        if take(",") { most = number() }
        guard take("}") else { throw Failure("'{' has no '}'", start) }
        guard max(least, most ?? 0) <= Self.mostRepetitions, least <= most ?? .max else {
            throw Failure("a count is above \(Self.mostRepetitions), or the second below the first", start)
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let next, ("0"..."9").contains(next), digits.count < 6 {
            digits.unicodeScalars.append(next)
            position += 1
        }
        return Int(digits)
    }

    private mutating func atom() throws(RegularExpressionError) -> RegularExpressionTree {
        let start = position
        guard let scalar = next else { return .empty }
        position += 1
        switch scalar {
        case "(":
            if take("?"), !take(":") { throw Failure("'(?' is understood only as '(?:', and '(?i)' at the beginning", start) }
            let tree = try choice()
            guard take(")") else { throw Failure("'(' has no ')'", start) }
            return tree
        case "[": return .set(try set(from: start))
        case ".": return .set(RegularExpression.ScalarSet(ranges: [10...10], isNegated: true))
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case "\\": return try escape(from: start)
        case "*", "+", "?", "{": throw Failure("there is nothing to repeat before '\(scalar)'", start)
        default: return .scalar(scalar.value)
        }
    }

    private mutating func escape(from start: Int) throws(RegularExpressionError) -> RegularExpressionTree {
        guard let scalar = next else { throw Failure("nothing follows '\\'", start) }
        if scalar == "b" {
            position += 1
            return .assertion(.wordBoundary)
        }
        if let set = Self.named(scalar) {
            position += 1
            return .set(set)
        }
        return .scalar(try escapedScalar(from: start))
    }

    private static func named(_ scalar: Unicode.Scalar) -> RegularExpression.ScalarSet? {
        let ranges: [ClosedRange<UInt32>]
        switch scalar {
        case "d", "D": ranges = [48...57]
        case "w", "W": ranges = RegularExpression.wordRanges
        case "s", "S": ranges = [9...13, 32...32]
        default: return nil
        }
        return RegularExpression.ScalarSet(ranges: ranges, isNegated: scalar.value < 97)
    }

    /// What stands after a `\`: a sign itself, or a letter with a meaning.
    private mutating func escapedScalar(from start: Int) throws(RegularExpressionError) -> UInt32 {
        guard let scalar = next else { throw Failure("nothing follows '\\'", start) }
        position += 1
        switch scalar {
        case "n": return 10
        case "t": return 9
        case "r": return 13
        case "a"..."z", "A"..."Z", "0"..."9": throw Failure("'\\\(scalar)' has no meaning here", start)
        default: return scalar.value
        }
    }

    private mutating func set(from start: Int) throws(RegularExpressionError) -> RegularExpression.ScalarSet {
        var set = RegularExpression.ScalarSet()
        set.isNegated = take("^")
        var isFirst = true
        while let scalar = next, isFirst || scalar != "]" {
            isFirst = false
            let place = position
            position += 1
            if scalar == "\\", let letter = next, let named = Self.named(letter) {
                guard !named.isNegated else { throw Failure("'\\\(letter)' cannot stand in '[ ]'", place) }
                position += 1
                set.ranges += named.ranges
                continue
            }
            let lower = scalar == "\\" ? try escapedScalar(from: place) : scalar.value
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                set.ranges.append(lower...lower)
                continue
            }
            position += 1
            let end = scalars[position]
            position += 1
            let upper = end == "\\" ? try escapedScalar(from: place) : end.value
            guard lower <= upper else { throw Failure("a range of '[ ]' ends before it begins", place) }
            set.ranges.append(lower...upper)
        }
        guard take("]") else { throw Failure("'[' has no ']'", start) }
        return set
    }
}
