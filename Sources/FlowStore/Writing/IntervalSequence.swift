// SPDX-License-Identifier: Apache-2.0

/// The next free id of an interval for each second written lately. At `capacity` seconds it starts anew from what the table has.
struct IntervalSequence {
    private let capacity: Int
    private var next: [Int64: Int64] = [:]

    init(capacity: Int = 4096) {
        self.capacity = capacity
    }

    /// A free id for an interval that ends in a second. A second with more than four million takes the next second's, of which a
    /// thousand are tried.
    ///
    /// - Parameter last: the largest id that the table has in a range.
    mutating func id(ofSecond second: Int64, last: (ClosedRange<Int64>) throws(StoreError) -> Int64?) throws(StoreError) -> Int64 {
        for candidate in second..<min(second + 1000, IntervalID.seconds.upperBound) {
            let range = IntervalID.range(ofSecond: candidate)
            var id: Int64
            if let known = next[candidate] {
                id = known
            } else {
                id = try last(range).map { $0 + 1 } ?? range.lowerBound
            }
            guard id <= range.upperBound else { continue }
            if next.count >= capacity { next.removeAll(keepingCapacity: true) }
            next[candidate] = id + 1
            return id
        }
        throw .failed(code: 13, message: "no free id for an interval that ends at second \(second)")
    }

    /// What was given out may be free again.
    mutating func rollBack() {
        next.removeAll(keepingCapacity: true)
    }
}
