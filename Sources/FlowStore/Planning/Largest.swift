// SPDX-License-Identifier: Apache-2.0

/// The first of many numbers in an order, without sorting the others.
struct Largest {
    private let limit: Int
    /// A heap: the one that goes first when a better comes is at the root.
    private var heap: [Int] = []

    /// - Parameter limit: how many are kept.
    init(_ limit: Int) { self.limit = max(0, limit) }

    /// - Parameter precedes: a strict order of all numbers, always the same.
    mutating func add(_ number: Int, by precedes: (Int, Int) -> Bool) {
        guard heap.count == limit else {
            heap.append(number)
            return rise(by: precedes)
        }
        guard let last = heap.first, precedes(number, last) else { return }
        heap[0] = number
        sink(by: precedes)
    }

    /// In their order.
    func sorted(by precedes: (Int, Int) -> Bool) -> [Int] { heap.sorted(by: precedes) }

    private mutating func rise(by precedes: (Int, Int) -> Bool) {
        var child = heap.count - 1
        while child > 0, precedes(heap[(child - 1) / 2], heap[child]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink(by precedes: (Int, Int) -> Bool) {
        var parent = 0
        while true {
            var last = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(heap[last], heap[child]) { last = child }
            if last == parent { return }
            heap.swapAt(parent, last)
            parent = last
        }
    }
}
