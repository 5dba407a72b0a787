// SPDX-License-Identifier: Apache-2.0

/// Numbers keys of one to eight words in the order of their first use: a hash table with open addressing, since a dictionary's hashing takes
/// longer than reading a row.
struct KeyTable {
    /// Words of a key.
    let width: Int
    /// Those of the first key, of the second, and so on.
    private(set) var words: [Int64] = []
    private(set) var count = 0
    /// Numbers counted from 1; 0 where there is none. At most half are taken.
    private var slots = [UInt32](repeating: 0, count: 1 << 4)
    private var bits: UInt64 = 4
    /// Who chooses ports must not be able to choose slots. The one for keys of one word is what they are multiplied by.
    private let seed = UInt64.random(in: .min ... .max)
    private let factor = UInt64.random(in: .min ... .max) | 1

    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// - Parameter width: 1 where keys are single numbers.
    init(width: Int) { self.width = width }

    /// Of a key of one word.
    mutating func number(of key: Int64) -> Int {
        var slot = slot(of: key)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if words[number] == key { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        words.append(key)
        return take(slot)
    }

    /// - Parameter key: the words behind its own width do not count.
    mutating func number(of key: SIMD8<Int64>) -> Int {
        var slot = slot(of: key)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if isKey(number, key) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        for index in 0..<width { words.append(key[index]) }
        return take(slot)
    }

    /// The key of a number, with zeros behind its width.
    func key(_ number: Int) -> SIMD8<Int64> {
        var key = SIMD8<Int64>()
        for index in 0..<width { key[index] = words[number * width + index] }
        return key
    }

    private mutating func take(_ slot: Int) -> Int {
        count += 1
        slots[slot] = UInt32(count)
        if count * 2 > slots.count { grow() }
        return count - 1
    }

    private mutating func grow() {
        bits += 1
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in 0..<count {
            var slot = width == 1 ? slot(of: words[number]) : slot(of: key(number))
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }

    private func isKey(_ number: Int, _ key: SIMD8<Int64>) -> Bool {
        for index in 0..<width where words[number * width + index] != key[index] { return false }
        return true
    }

    /// Keys of one word are ids of rows, which are met about in their order: eight that follow each other are in slots that do.
    private func slot(of key: Int64) -> Int {
        let block = ((UInt64(bitPattern: key) >> 3) &* factor) >> (67 - bits)
        return Int(truncatingIfNeeded: block << 3 | UInt64(bitPattern: key) & 7)
    }

    private func slot(of key: SIMD8<Int64>) -> Int {
        if width == 1 { return slot(of: key[0]) }
        var hash = seed
        for index in 0..<width {
            hash = (hash ^ UInt64(bitPattern: key[index])) &* Self.multiplier
            hash ^= hash >> 29
        }
        return Int(truncatingIfNeeded: (hash &* Self.multiplier) >> (64 - bits))
    }
}
