// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@Suite struct SequenceTrackerTests {
    @Test("the first message says nothing, those after it follow")
    func inOrder() {
        var tracker = SequenceTracker()
        #expect(tracker.receive(sequenceNumber: 1000, records: 5) == .unknown)
        #expect(tracker.receive(sequenceNumber: 1005, records: 0) == .inOrder)
        #expect(tracker.receive(sequenceNumber: 1005, records: 3) == .inOrder)
        #expect(tracker.receive(sequenceNumber: 1008, records: 1) == .inOrder)
    }

    @Test("a gap is a loss of so many records, counted once")
    func loss() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 0, records: 10)
        #expect(tracker.receive(sequenceNumber: 13, records: 2) == .lost(3))
        #expect(tracker.receive(sequenceNumber: 15, records: 1) == .inOrder)
    }

    @Test("the number wraps at 2³²")
    func wrap() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: .max - 4, records: 5)
        #expect(tracker.receive(sequenceNumber: 0, records: 3) == .inOrder)
        #expect(tracker.receive(sequenceNumber: 3, records: 1) == .inOrder)

        var lossy = SequenceTracker()
        _ = lossy.receive(sequenceNumber: .max - 4, records: 2)
        #expect(lossy.receive(sequenceNumber: 7, records: 1) == .lost(10))
        #expect(lossy.receive(sequenceNumber: .max - 4, records: 2) == .late(by: 13))
    }

    @Test("a late or repeated message is late by what was read since, and changes nothing")
    func late() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 100, records: 10)
        #expect(tracker.receive(sequenceNumber: 120, records: 10) == .lost(10))
        #expect(tracker.receive(sequenceNumber: 110, records: 10) == .late(by: 20))
        #expect(tracker.receive(sequenceNumber: 120, records: 10) == .late(by: 10))
        #expect(tracker.receive(sequenceNumber: 130, records: 1) == .inOrder)
    }

    @Test("a step back beyond the window is a restart, after which numbers follow again")
    func restart() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 1_000_000, records: 1)
        #expect(tracker.receive(sequenceNumber: 0, records: 4) == .unknown)
        #expect(tracker.receive(sequenceNumber: 4, records: 1) == .inOrder)
    }

    @Test("the window of late messages has a definite edge")
    func windowEdge() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 100_000, records: 0)
        #expect(tracker.receive(sequenceNumber: 100_000 - SequenceTracker.lateWindow, records: 1) == .late(by: SequenceTracker.lateWindow))
        #expect(tracker.receive(sequenceNumber: 100_000 - SequenceTracker.lateWindow - 1, records: 1) == .unknown)
    }

    @Test("a step forward of half the numbers or more is a restart, not a loss")
    func farAhead() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 0, records: 0)
        #expect(tracker.receive(sequenceNumber: 1 << 31, records: 0) == .unknown)
        #expect(tracker.receive(sequenceNumber: .max, records: 0) == .lost((1 << 31) - 1))
    }

    @Test("after a message that could not be counted the next is taken as it comes")
    func uncounted() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 0, records: 2)
        #expect(tracker.receive(sequenceNumber: 2, records: nil) == .inOrder)
        #expect(tracker.receive(sequenceNumber: 99, records: 1) == .unknown)
        #expect(tracker.receive(sequenceNumber: 100, records: 1) == .inOrder)
    }
}
