// SPDX-License-Identifier: Apache-2.0

/// Small random changes to octets, as a fuzzer makes them but without its guidance.
public enum Mutation {
    private static let telling: [UInt8] = [0, 1, 2, 3, 4, 0x7F, 0x80, 0xFE, 0xFF]

    /// One to eight changes; at most 4096 octets come out.
    public static func mutated(_ octets: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var octets = Array(octets.prefix(4096))
        for _ in 0..<Int.random(in: 1...8, using: &generator) { mutate(&octets, using: &generator) }
        return Array(octets.prefix(4096))
    }

    private static func mutate(_ octets: inout [UInt8], using generator: inout SeededGenerator) {
        let position = Int.random(in: 0...octets.count, using: &generator)
        let length = min(Int.random(in: 1...16, using: &generator), octets.count - position)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: octets.insert(.random(in: 0 ... .max, using: &generator), at: position)
        case 1: octets.removeSubrange(position..<position + length)
        case 2: octets.insert(contentsOf: octets[position..<position + length], at: position)
        case 3: octets.removeLast(octets.count - position)
        case 4 where length > 0: octets[position] = telling.randomElement(using: &generator) ?? 0
        default: if length > 0 { octets[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
        }
    }
}
