// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What is to happen, by time; what is for the same time happens in the order in which it was put in. A binary heap.
struct EventQueue<Event> {
    private var heap: [(time: Timestamp, order: Int, event: Event)] = []
    private var order = 0

    mutating func put(_ event: Event, at time: Timestamp) {
        heap.append((time, order, event))
        order += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(child, parent) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func next() -> (time: Timestamp, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.time, first.event)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, least) { least = child }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        heap[a].time == heap[b].time ? heap[a].order < heap[b].order : heap[a].time < heap[b].time
    }
}
