// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// `octets` with a few of them changed, removed, repeated, or its end cut off.
    mutating func mutated(_ octets: [UInt8]) -> [UInt8] {
        var result = octets
        for _ in 0..<Int.random(in: 1...6, using: &self) where !result.isEmpty {
            let position = Int.random(in: 0..<result.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: result[position] = UInt8.random(in: 0...255, using: &self)
            case 1: result[position] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 2: result.removeSubrange(position..<min(result.count, position + Int.random(in: 1...8, using: &self)))
            case 3: result.insert(contentsOf: Array("(),=\"\\{}[]0x:.|".utf8).shuffled(using: &self).prefix(3), at: position)
            case 4: result.insert(contentsOf: result[position..<min(result.count, position + 20)], at: position)
            default: result.removeLast(min(result.count, Int.random(in: 1...40, using: &self)))
            }
        }
        return result
    }
}
