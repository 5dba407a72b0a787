// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// How the id of a stored interval is made of its end: seconds in the upper bits, a sequence in the lower 22.
enum IntervalID {
    static let sequenceBits: Int64 = 22
    /// Seconds that fit above the sequence in a positive id: until the year 71,652.
    static let seconds: Range<Int64> = 0..<(1 << (63 - sequenceBits))

    /// The ids of intervals that end in a second of `seconds`.
    static func range(ofSecond second: Int64) -> ClosedRange<Int64> {
        let first = second << sequenceBits
        return first...(first | (1 << sequenceBits - 1))
    }

    /// The smallest id of a time, clamped to those that there can be.
    static func first(at time: Timestamp) -> Int64 {
        min(max(time.seconds, seconds.lowerBound), seconds.upperBound - 1) << sequenceBits
    }

    static func end(of id: Int64) -> Timestamp { Timestamp(seconds: id >> sequenceBits) }
}
