// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

@testable import FlowStore

@Suite struct PairTableTests {
    private typealias Key = PairTable<Int>.Key

    @Test("tells of every key what a dictionary does", arguments: [UInt64(0), 1, .max])
    func asDictionary(seed: UInt64) {
        var random = SeededGenerator(seed: 3)
        var table = PairTable<Int>(seed: seed)
        var truth: [[UInt64]: Int] = [:]
        for step in 0..<20_000 {
            // Few enough for keys to be met again, many enough for the table to grow.
            let (first, second) = (random.next() % 100 &* 0x1_0000_0001, random.next() % 80)
            #expect(table[Key(first: first, second: second)] == truth[[first, second]], "step \(step)")
            table.set(step, for: Key(first: first, second: second))
            truth[[first, second]] = step
        }
        #expect(table.count == truth.count)
        for (key, value) in truth { #expect(table[Key(first: key[0], second: key[1])] == value) }
    }

    @Test("begins anew when all is removed")
    func removal() {
        var table = PairTable<Int>()
        for number in 0..<5000 { table.set(number, for: Key(first: UInt64(number), second: 0)) }
        table.removeAll()
        #expect(table.count == 0 && table[Key(first: 7, second: 0)] == nil)
        table.set(1, for: Key(first: 7, second: 0))
        #expect(table.count == 1 && table[Key(first: 7, second: 0)] == 1)
    }
}
