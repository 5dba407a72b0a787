// SPDX-License-Identifier: Apache-2.0

/// The next free id of an interval for each second written lately.
struct IntervalSequence {
    private let capacity: Int
    /// By second.
    private var next = PairTable<Int64>()

    init(capacity: Int = 4096) {
        self.capacity = capacity
    }

    /// At the beginning of a transaction. At `capacity` seconds it starts anew from what the table has; not in between, when rows may still
    /// wait to be inserted.
    mutating func begin() {
        if next.count >= capacity { next.removeAll() }
    }

    /// A free id for an interval that ends in a second. A second with more than four million takes the next second's, of which a
    /// thousand are tried.
    ///
    /// - Parameter last: the largest id that the table has in a range.
    mutating func id(ofSecond second: Int64, last: (ClosedRange<Int64>) throws(StoreError) -> Int64?) throws(StoreError) -> Int64 {
        for candidate in second..<min(second + 1000, IntervalID.seconds.upperBound) {
            let range = IntervalID.range(ofSecond: candidate)
            let key = PairTable<Int64>.Key(first: UInt64(bitPattern: candidate), second: 0)
            let id: Int64
            if let known = next[key] {
                id = known
            } else {
                id = try last(range).map { $0 + 1 } ?? range.lowerBound
            }
            guard id <= range.upperBound else { continue }
            next.set(id + 1, for: key)
            return id
        }
        throw .failed(code: 13, message: "no free id for an interval that ends at second \(second)")
    }

    /// What was given out may be free again.
    mutating func rollBack() {
        next.removeAll()
    }
}
