// SPDX-License-Identifier: Apache-2.0

/// Turns a tree into a program.
struct RegularExpressionCompiler {
    private(set) var program: [RegularExpression.Instruction] = []
    let ignoresCase: Bool

    init(ignoresCase: Bool) { self.ignoresCase = ignoresCase }

    mutating func compile(_ tree: RegularExpressionTree) throws(RegularExpressionError) {
        try add(tree)
        program.append(.match)
    }

    private mutating func emit(_ instruction: RegularExpression.Instruction) throws(RegularExpressionError) {
        guard program.count < RegularExpression.mostInstructions else {
            throw RegularExpressionError("its repetitions multiply to more than \(RegularExpression.mostInstructions) steps", 0)
        }
        program.append(instruction)
    }

    private mutating func add(_ tree: RegularExpressionTree) throws(RegularExpressionError) {
        switch tree {
        case .empty: return
        case .scalar(let scalar): try add(scalar)
        case .set(let set): try emit(.set(ignoresCase ? Self.inBothCases(set) : set))
        case .assertion(let assertion): try emit(.assertion(assertion))
        case .sequence(let parts):
            for part in parts { try add(part) }
        case .choice(let parts): try addChoice(parts)
        case .repetition(let part, let least, let most): try addRepetition(part, least, most)
        }
    }

    private mutating func add(_ scalar: UInt32) throws(RegularExpressionError) {
        guard ignoresCase, (65...90).contains(scalar) || (97...122).contains(scalar) else { return try emit(.scalar(scalar)) }
        try emit(.set(RegularExpression.ScalarSet(ranges: [scalar...scalar, scalar ^ 32...scalar ^ 32])))
    }

    private static func inBothCases(_ set: RegularExpression.ScalarSet) -> RegularExpression.ScalarSet {
        var set = set
        for range in set.ranges {
            for letters in [65...90, 97...122] as [ClosedRange<UInt32>] where range.overlaps(letters) {
                let part = range.clamped(to: letters)
                set.ranges.append(part.lowerBound ^ 32...part.upperBound ^ 32)
            }
        }
        return set
    }

    private mutating func addChoice(_ parts: [RegularExpressionTree]) throws(RegularExpressionError) {
        var jumps: [Int] = []
        for part in parts.dropLast() {
            let split = program.count
            try emit(.split(split + 1, 0))
            try add(part)
            jumps.append(program.count)
            try emit(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        if let last = parts.last { try add(last) }
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    private mutating func addRepetition(_ part: RegularExpressionTree, _ least: Int, _ most: Int?) throws(RegularExpressionError) {
        for _ in 0..<least {
            let before = program.count
            try add(part)
            // Nothing, however often.
            if program.count == before { return }
        }
        guard let most else {
            let split = program.count
            try emit(.split(split + 1, 0))
            try add(part)
            try emit(.jump(split))
            program[split] = .split(split + 1, program.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(program.count)
            try emit(.split(program.count + 1, 0))
            try add(part)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
    }
}
