// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

/// Messages that could not be counted when they came, because their template was not known.
@Suite struct SequenceSettlingTests {
    private var tracker = SequenceTracker()

    init() {
        _ = tracker.receive(sequenceNumber: 0, records: 2)
        _ = tracker.receive(sequenceNumber: 2, records: nil)
    }

    @Test("after a message that could not be counted the next is taken as it comes")
    mutating func uncounted() {
        #expect(tracker.receive(sequenceNumber: 99, records: 1) == .unknown)
        #expect(tracker.receive(sequenceNumber: 100, records: 1) == .inOrder)
        #expect(tracker.statistics == SequenceStatistics(received: 4, unsettled: 97))
    }

    @Test("its count, told later, settles what is missing behind it")
    mutating func settled() {
        _ = tracker.receive(sequenceNumber: 99, records: 1)
        tracker.settle(sequenceNumber: 2, records: 90)
        #expect(tracker.statistics == SequenceStatistics(received: 93, lost: 7))
        #expect(tracker.receive(sequenceNumber: 92, records: 7) == .late(recovered: 7))
        #expect(tracker.statistics == SequenceStatistics(received: 100, reordered: 7))
    }

    @Test("its count, told before the next message comes, is as if it had been known")
    mutating func settledAtOnce() {
        tracker.settle(sequenceNumber: 2, records: 8)
        #expect(tracker.receive(sequenceNumber: 12, records: 1) == .lost(2))
        #expect(tracker.statistics == SequenceStatistics(received: 11, lost: 2))
    }

    @Test("a late message behind it shows where it has ended at the latest")
    mutating func lateBehind() {
        _ = tracker.receive(sequenceNumber: 99, records: 1)
        #expect(tracker.receive(sequenceNumber: 50, records: 10) == .late(recovered: 0))
        #expect(tracker.statistics == SequenceStatistics(received: 13, lost: 39, reordered: 10, unsettled: 48))
        tracker.settle(sequenceNumber: 2, records: 48)
        #expect(tracker.statistics == SequenceStatistics(received: 61, lost: 39, reordered: 10))
    }

    @Test("one that is late itself takes its part of the gap")
    mutating func lateUncounted() {
        tracker.settle(sequenceNumber: 2, records: 0)
        _ = tracker.receive(sequenceNumber: 42, records: 1)
        #expect(tracker.receive(sequenceNumber: 12, records: nil) == .late(recovered: 0))
        #expect(tracker.statistics == SequenceStatistics(received: 3, lost: 10, unsettled: 30))
        tracker.settle(sequenceNumber: 12, records: 5)
        #expect(tracker.statistics == SequenceStatistics(received: 8, lost: 35, reordered: 5))
    }

    @Test("a repeated one is settled twice, the second time as repeated")
    mutating func repeated() {
        #expect(tracker.receive(sequenceNumber: 2, records: nil) == .duplicate)
        _ = tracker.receive(sequenceNumber: 10, records: 0)
        #expect(tracker.receive(sequenceNumber: 2, records: nil) == .duplicate)
        for _ in 0..<3 { tracker.settle(sequenceNumber: 2, records: 8) }
        #expect(tracker.statistics == SequenceStatistics(received: 10, duplicated: 16))
    }

    @Test("the first message and a restart may be uncounted too")
    func uncountedBeginnings() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 1_000_000, records: nil)
        #expect(tracker.receive(sequenceNumber: 0, records: nil) == .unknown)
        #expect(tracker.receive(sequenceNumber: 0, records: nil) == .duplicate)
        #expect(tracker.receive(sequenceNumber: 10, records: 1) == .restart)
        tracker.settle(sequenceNumber: 0, records: 10)
        tracker.settle(sequenceNumber: 0, records: 10)
        #expect(tracker.statistics == SequenceStatistics(received: 11, duplicated: 10, restarts: 1))
    }

    @Test("what was held back is settled exactly however many messages it was", arguments: [10, 200, 1000])
    func manyHeldBack(count: Int) {
        var tracker = SequenceTracker()
        for index in 0..<count { _ = tracker.receive(sequenceNumber: UInt32(index * 7), records: nil) }
        _ = tracker.receive(sequenceNumber: UInt32(count * 7), records: 3)
        #expect(tracker.statistics == SequenceStatistics(received: 3, unsettled: UInt64(count * 7)))
        for index in 0..<count { tracker.settle(sequenceNumber: UInt32(index * 7), records: 7) }
        #expect(tracker.statistics == SequenceStatistics(received: UInt64(count * 7) + 3))
    }

    @Test("counts that cannot be true do no harm", arguments: [-1, 0, 1, 1000, .max])
    mutating func nonsense(records: Int) {
        _ = tracker.receive(sequenceNumber: 99, records: 1)
        for number in [0, 1, 2, 50, 99, 100, 5_000_000, .max] as [UInt32] { tracker.settle(sequenceNumber: number, records: records) }
        _ = tracker.receive(sequenceNumber: 101, records: records)
        _ = tracker.receive(sequenceNumber: 102, records: 1)
        #expect(tracker.statistics.received >= 3)
    }
}
