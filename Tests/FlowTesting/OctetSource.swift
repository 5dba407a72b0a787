// SPDX-License-Identifier: Apache-2.0

/// Turns octets into choices: two octets decide each, and when they are used up the choices are those of a fixed seed.
///
/// A fuzzer that changes one octet changes one choice.
public struct OctetSource: RandomNumberGenerator {
    private let octets: [UInt8]
    private var position = 0
    private var afterwards = SeededGenerator(seed: 0)

    public init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// Whether choices are made by the octets still.
    public var isDriven: Bool { position < octets.count }

    public mutating func next() -> UInt64 {
        guard position + 1 < octets.count else {
            position = octets.count
            return afterwards.next()
        }
        defer { position += 2 }
        // The upper bits decide, the lower ones keep a range's first value from being drawn again and again.
        return UInt64(octets[position]) << 56 | UInt64(octets[position + 1]) << 48 | 0x5555_5555_5555
    }
}
