// SPDX-License-Identifier: Apache-2.0

// The one file of this module that reads octets without a check for each. Every function begins with a check that its ranges lie
// inside their spans, and reads no octet outside the ranges: eight at a time, and where fewer are left the range's last eight, some
// of which were read before. Half the time of decoding a record goes into the texts of its names.
extension RawSpan {
    /// A multiply and fold for each eight octets of a range, and one for what is left with the length.
    @inline(__always)
    func textHash(_ range: Range<Int>, seed: UInt64) -> UInt64 {
        precondition(contains(range), "a text lies inside its octets")
        var state = seed
        var position = range.lowerBound
        while position &+ 8 <= range.upperBound {
            state = Self.folded(state ^ word(at: position))
            position &+= 8
        }
        return Self.folded(state ^ rest(of: range, from: position) ^ UInt64(truncatingIfNeeded: range.count) << 56)
    }

    /// Whether a range here holds the same octets as one of another span.
    @inline(__always)
    func isEqual(_ range: Range<Int>, to other: RawSpan, _ otherRange: Range<Int>) -> Bool {
        precondition(contains(range) && other.contains(otherRange), "a text lies inside its octets")
        guard range.count == otherRange.count else { return false }
        var offset = 0
        while offset &+ 8 <= range.count {
            guard word(at: range.lowerBound &+ offset) == other.word(at: otherRange.lowerBound &+ offset) else { return false }
            offset &+= 8
        }
        return rest(of: range, from: range.lowerBound &+ offset) == other.rest(of: otherRange, from: otherRange.lowerBound &+ offset)
    }

    @inline(__always)
    private func contains(_ range: Range<Int>) -> Bool {
        range.lowerBound >= 0 && range.upperBound <= byteCount
    }

    /// What is left of a range from `position` on, fewer than eight octets: all of them, perhaps with octets before them.
    @inline(__always)
    private func rest(of range: Range<Int>, from position: Int) -> UInt64 {
        if position == range.upperBound { return 0 }
        if range.count >= 8 { return word(at: range.upperBound &- 8) }
        if range.count >= 4 { return UInt64(half(at: range.lowerBound)) << 32 | UInt64(half(at: range.upperBound &- 4)) }
        // The first, the middle and the last of one to three octets.
        let middle = range.lowerBound &+ range.count / 2
        return UInt64(octet(uncheckedAt: range.lowerBound)) << 16 | UInt64(octet(uncheckedAt: middle)) << 8
            | UInt64(octet(uncheckedAt: range.upperBound &- 1))
    }

    @inline(__always)
    private func octet(uncheckedAt position: Int) -> UInt8 {
        unsafe unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
    }

    @inline(__always)
    private func half(at position: Int) -> UInt32 {
        UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt32.self))
    }

    @inline(__always)
    private func word(at position: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
    }

    @inline(__always)
    private static func folded(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
