// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

@testable import FlowStore

/// What questions are grouped and ranked with.
@Suite struct KeyTableTests {
    @Test("Property: keys are numbered in the order of their first use, as by a dictionary", arguments: 1...8, [1, 2] as [UInt64])
    func numbers(width: Int, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var table = KeyTable(width: width)
        var numbers: [SIMD8<Int64>: Int] = [:]
        for _ in 0..<3000 {
            var key = SIMD8<Int64>()
            // Runs of ids, extremes among them.
            for index in 0..<width {
                key[index] = Int64(generator.next() % 12) + [0, -3, 1 << 40, .min, .max - 12][Int(generator.next() % 5)]
            }
            let expected = numbers[key] ?? numbers.count
            numbers[key] = expected
            #expect(table.number(of: key) == expected, "seed \(seed)")
            if width == 1 { #expect(table.number(of: key[0]) == expected, "seed \(seed)") }
            #expect(table.key(expected) == key)
        }
        #expect(table.count == numbers.count && table.words.count == width * table.count)
    }

    @Test("what is behind a key's width does not tell keys apart")
    func width() {
        var table = KeyTable(width: 2)
        #expect(table.number(of: [1, 2, 3, 0, 0, 0, 0, 0]) == table.number(of: [1, 2, 4, 0, 0, 0, 0, 9]))
        #expect(table.count == 1)
    }

    @Test("a key of no words is one key")
    func noWords() {
        var table = KeyTable(width: 0)
        #expect(table.number(of: SIMD8()) == 0 && table.number(of: SIMD8()) == 0 && table.count == 1)
    }

    @Test("Property: the largest are the first of all in their order", arguments: [0, 1, 2, 7, 10, 99, 100, 101, 500], [3, 4] as [UInt64])
    func largest(limit: Int, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<100).map { _ in generator.next() % 30 }
        func precedes(_ a: Int, _ b: Int) -> Bool { values[a] == values[b] ? a < b : values[a] > values[b] }
        var largest = Largest(limit)
        for number in values.indices { largest.add(number, by: precedes) }
        #expect(largest.sorted(by: precedes) == Array(values.indices.sorted(by: precedes).prefix(limit)), "seed \(seed)")
    }
}
