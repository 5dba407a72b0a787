// SPDX-License-Identifier: Apache-2.0

/// A set of fields, for what is done with those of them that a record knows.
public struct FlowFieldSet: Sendable, Hashable {
    @usableFromInline let low, high: UInt64

    public init(_ fields: some Sequence<FlowField>) {
        var (low, high): (UInt64, UInt64) = (0, 0)
        for field in fields {
            let index = UInt64(field.rawValue)
            if index < 64 { low |= 1 << index } else { high |= 1 << (index - 64) }
        }
        (self.low, self.high) = (low, high)
    }
}

extension FlowRecord {
    /// A number for what is known of some fields: equal for equal records, and for others with a chance of one in 2³². It keeps no enemy from
    /// making two that are equal. Never 0.
    ///
    /// - Parameter index: of the record. It is read where it lies: a word of a record by a number that is not constant would be read from a
    ///   copy of all of it.
    @inlinable
    public static func fingerprint(of fields: FlowFieldSet, at index: Int, in records: Span<FlowRecord>) -> UInt32 {
        let (low, high) = (records[index].knownLow & fields.low, records[index].knownHigh & fields.high)
        var state: UInt64 = low ^ high &* 0x9E37_79B9_7F4A_7C15
        for half in 0..<2 {
            var rest = half == 0 ? low : high
            while rest != 0 {
                let field = half * 64 + rest.trailingZeroBitCount
                rest &= rest - 1
                let word = field < FlowField.wideCount ? field * 2 : field + FlowField.wideCount
                state = mix(state ^ records[index].words[word])
                if field < FlowField.wideCount { state = mix(state ^ records[index].words[word + 1]) }
            }
        }
        return max(1, UInt32(truncatingIfNeeded: state ^ state >> 32))
    }

    public func fingerprint(of fields: FlowFieldSet) -> UInt32 {
        let one: InlineArray<1, FlowRecord> = [self]
        return Self.fingerprint(of: fields, at: 0, in: one.span)
    }
}

/// A number of 128 bits for what is known of some fields of a record. With a seed that nobody knows nobody can make two records that share one,
/// and by chance no two do: it stands for the fields themselves.
public struct RecordIdentity: Sendable, Hashable {
    public let first, second: UInt64

    init(_ words: Span<UInt64>, known: (low: UInt64, high: UInt64), seed: UInt64) {
        var first = mix(seed ^ known.low), second = mix(~seed ^ known.high)
        (first, second) = (mix(first ^ known.high), mix(second ^ known.low))
        for half in 0..<2 {
            let firstIndex = half * 64
            var rest = half == 0 ? known.low : known.high
            while rest != 0 {
                let index = firstIndex + rest.trailingZeroBitCount
                rest &= rest - 1
                let isWide = index < FlowField.wideCount
                let word = isWide ? index * 2 : index + FlowField.wideCount
                first = mix(first ^ words[word])
                second = mix(second &+ words[word] ^ 0xA076_1D64_78BD_642F)
                if isWide {
                    first = mix(first ^ words[word + 1])
                    second = mix(second &+ words[word + 1] ^ 0xA076_1D64_78BD_642F)
                }
            }
        }
        (self.first, self.second) = (first, second)
    }
}

@inlinable @inline(__always)
func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low &+ 0x9E37_79B9
}
