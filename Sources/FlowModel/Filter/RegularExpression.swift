// SPDX-License-Identifier: Apache-2.0

/// A regular expression whose work is bounded: a text costs at most its length times the expression's, whatever either says.
///
/// All states that an expression can be in are followed at once (Thompson, 1968), so nothing is ever tried again; for that there are no
/// back references and no look-around. Understood are letters, `.`, `[a-z]`, `[^a-z]`, `\d \w \s \D \W \S`, `^ $ \b`, `( )`, `(?: )`, `|`,
/// `* + ?`, `{2}`, `{2,}`, `{2,5}`, and `\` before a sign that is to stand for itself. It matches anywhere in a text unless anchored.
/// `(?i)` at the beginning makes the 26 letters equal in both cases.
public struct RegularExpression: Sendable, Hashable {
    public let pattern: String
    let program: [Instruction]

    public static let longestPattern = 1000
    public static let mostInstructions = 2000

    public init(_ pattern: String) throws(RegularExpressionError) {
        guard pattern.unicodeScalars.count <= Self.longestPattern else {
            throw RegularExpressionError("it is longer than \(Self.longestPattern) characters", 0)
        }
        var parser = RegularExpressionParser(pattern)
        let tree = try parser.parse()
        var compiler = RegularExpressionCompiler(ignoresCase: parser.ignoresCase)
        try compiler.compile(tree)
        self.pattern = pattern
        program = compiler.program
    }

    public static func == (a: Self, b: Self) -> Bool { a.pattern == b.pattern }

    public func hash(into hasher: inout Hasher) { hasher.combine(pattern) }

    /// What a text means literally, as a part of a pattern.
    public static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if "\\.[]()*+?{}|^$".unicodeScalars.contains(scalar) { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }

    enum Instruction: Sendable {
        case scalar(UInt32)
        case set(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case assertion(Assertion)
        case match
    }

    enum Assertion: Sendable { case start, end, wordBoundary }

    struct ScalarSet: Sendable {
        var ranges: [ClosedRange<UInt32>] = []
        var isNegated = false

        func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }
    }
}

/// Why a pattern is not understood.
public struct RegularExpressionError: Error, Hashable, CustomStringConvertible {
    /// In words that follow "the pattern is not understood:".
    public let description: String
    /// Where, in Unicode scalars from the pattern's start.
    public let offset: Int

    init(_ description: String, _ offset: Int) {
        self.description = description
        self.offset = offset
    }
}

extension RegularExpression {
    public func matches(_ text: String) -> Bool {
        var threads = ThreadList(capacity: program.count)
        var next = ThreadList(capacity: program.count)
        var previous: UInt32?
        var scalars = text.unicodeScalars.makeIterator()
        var current = scalars.next()?.value
        while true {
            // A match may begin at any place.
            if follow(0, &threads, previous, current) { return true }
            guard let scalar = current else { return false }
            let following = scalars.next()?.value
            next.removeAll()
            for index in 0..<threads.count {
                let place = threads[index]
                let isTaken =
                    switch program[place] {
                    case .scalar(let value): value == scalar
                    case .set(let set): set.contains(scalar)
                    default: false
                    }
                if isTaken, follow(place + 1, &next, scalar, following) { return true }
            }
            swap(&threads, &next)
            (previous, current) = (scalar, following)
        }
    }

    /// Adds a state and all that it leads to without reading; true when the expression has matched.
    private func follow(_ start: Int, _ threads: inout ThreadList, _ previous: UInt32?, _ next: UInt32?) -> Bool {
        var open = [start]
        while let place = open.popLast() {
            guard threads.insert(place) else { continue }
            switch program[place] {
            case .match: return true
            case .jump(let target): open.append(target)
            case .split(let a, let b):
                open.append(b)
                open.append(a)
            case .assertion(let assertion):
                let holds =
                    switch assertion {
                    case .start: previous == nil
                    case .end: next == nil
                    case .wordBoundary: Self.isWord(previous) != Self.isWord(next)
                    }
                if holds { open.append(place + 1) }
            case .scalar, .set: break
            }
        }
        return false
    }

    static let wordRanges: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]

    private static func isWord(_ scalar: UInt32?) -> Bool {
        scalar.map { scalar in wordRanges.contains { $0.contains(scalar) } } ?? false
    }
}

/// States, each once, in the order in which they came.
private struct ThreadList {
    private var members: [Int] = []
    private var isMember: [Bool]

    init(capacity: Int) { isMember = Array(repeating: false, count: capacity) }

    var count: Int { members.count }

    subscript(index: Int) -> Int { members[index] }

    mutating func insert(_ place: Int) -> Bool {
        guard !isMember[place] else { return false }
        isMember[place] = true
        members.append(place)
        return true
    }

    mutating func removeAll() {
        for place in members { isMember[place] = false }
        members.removeAll(keepingCapacity: true)
    }
}
