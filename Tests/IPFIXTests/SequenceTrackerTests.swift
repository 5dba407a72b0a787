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
        #expect(tracker.statistics == statistics(received: 9))
    }

    @Test("a gap is a loss of so many records, counted once")
    func loss() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 0, records: 10)
        #expect(tracker.receive(sequenceNumber: 13, records: 2) == .lost(3))
        #expect(tracker.receive(sequenceNumber: 15, records: 1) == .inOrder)
        #expect(tracker.statistics == statistics(received: 13, lost: 3))
    }

    @Test("the number wraps at 2³², also inside a gap")
    func wrap() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: .max - 4, records: 5)
        #expect(tracker.receive(sequenceNumber: 0, records: 3) == .inOrder)
        #expect(tracker.receive(sequenceNumber: 3, records: 1) == .inOrder)

        var lossy = SequenceTracker()
        _ = lossy.receive(sequenceNumber: .max - 4, records: 2)
        #expect(lossy.receive(sequenceNumber: 7, records: 1) == .lost(10))
        #expect(lossy.receive(sequenceNumber: .max - 1, records: 4) == .late(recovered: 4))
        #expect(lossy.receive(sequenceNumber: .max - 4, records: 2) == .duplicate)
        #expect(lossy.statistics == statistics(received: 7, lost: 6, reordered: 4, duplicated: 2))
    }

    @Test("a message that fills a gap is late, one that fills none came twice, and none is both")
    func late() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 100, records: 10)
        #expect(tracker.receive(sequenceNumber: 140, records: 10) == .lost(30))
        #expect(tracker.receive(sequenceNumber: 120, records: 10) == .late(recovered: 10))
        #expect(tracker.receive(sequenceNumber: 120, records: 10) == .duplicate)
        #expect(tracker.receive(sequenceNumber: 140, records: 10) == .duplicate)
        #expect(tracker.receive(sequenceNumber: 110, records: 10) == .late(recovered: 10))
        #expect(tracker.receive(sequenceNumber: 130, records: 10) == .late(recovered: 10))
        #expect(tracker.receive(sequenceNumber: 130, records: 0) == .late(recovered: 0))
        #expect(tracker.receive(sequenceNumber: 150, records: 1) == .inOrder)
        #expect(tracker.statistics == statistics(received: 51, reordered: 30, duplicated: 20))
    }

    @Test("a message from before the first is late, and what lies between is missing")
    func beforeTheFirst() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 100, records: 10)
        #expect(tracker.receive(sequenceNumber: 80, records: 15) == .late(recovered: 0))
        #expect(tracker.receive(sequenceNumber: 95, records: 5) == .late(recovered: 5))
        #expect(tracker.statistics == statistics(received: 30, reordered: 20))
    }

    @Test("a step back beyond the window is a restart once the next message follows it")
    func restart() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 1_000_000, records: 1)
        #expect(tracker.receive(sequenceNumber: 0, records: 4) == .unknown)
        #expect(tracker.receive(sequenceNumber: 4, records: 1) == .restart)
        #expect(tracker.receive(sequenceNumber: 5, records: 1) == .inOrder)
        #expect(tracker.statistics == statistics(received: 7, restarts: 1))
    }

    @Test("a step back is a restart if the message was sent after all others, however near it is")
    func restartByTime() {
        var tracker = SequenceTracker()
        for number in 0..<9 { _ = tracker.receive(sequenceNumber: UInt32(number), records: 1, exportTime: 100) }
        #expect(tracker.receive(sequenceNumber: 3, records: 1, exportTime: 100) == .duplicate)
        #expect(tracker.receive(sequenceNumber: 0, records: 0, exportTime: 102) == .unknown)
        #expect(tracker.receive(sequenceNumber: 0, records: 1, exportTime: 102) == .restart)
        #expect(tracker.receive(sequenceNumber: 1, records: 1, exportTime: 103) == .inOrder)
        #expect(tracker.statistics == statistics(received: 11, duplicated: 1, restarts: 1))
    }

    @Test("a message that would cut another in two is of another numbering")
    func overlap() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 100, records: 10)
        _ = tracker.receive(sequenceNumber: 115, records: 10)
        for (number, records) in [(105, 7), (108, 20), (112, 5), (98, 4), (124, 2)] as [(UInt32, Int)] {
            var copy = tracker
            #expect(copy.receive(sequenceNumber: number, records: records) == .unknown)
        }
    }

    @Test("messages that came in the wrong order after a restart are its first two")
    func restartReordered() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 1_000_000, records: 1)
        #expect(tracker.receive(sequenceNumber: 4, records: 3) == .unknown)
        #expect(tracker.receive(sequenceNumber: 4, records: 3) == .duplicate)
        #expect(tracker.receive(sequenceNumber: 0, records: 4) == .restart)
        #expect(tracker.receive(sequenceNumber: 7, records: 1) == .inOrder)
        #expect(tracker.statistics == statistics(received: 9, reordered: 4, duplicated: 3, restarts: 1))
    }

    @Test("the window of late messages has a definite edge")
    func windowEdge() {
        for behind in [SequenceTracker.lateWindow, SequenceTracker.lateWindow + 1] {
            var tracker = SequenceTracker()
            _ = tracker.receive(sequenceNumber: 100_000, records: 0)
            let isLate = behind == SequenceTracker.lateWindow
            #expect(tracker.receive(sequenceNumber: 100_000 - behind, records: 1) == (isLate ? .late(recovered: 0) : .unknown))
        }
    }

    @Test("a loss is believed at once up to a definite size, and a greater one when another message follows")
    func jumpEdge() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 0, records: 0)
        #expect(tracker.receive(sequenceNumber: SequenceTracker.jumpWindow, records: 1) == .lost(SequenceTracker.jumpWindow))

        var far = SequenceTracker()
        _ = far.receive(sequenceNumber: 0, records: 0)
        #expect(far.receive(sequenceNumber: SequenceTracker.maximumLoss, records: 2) == .unknown)
        #expect(far.receive(sequenceNumber: SequenceTracker.maximumLoss + 5, records: 1) == .lost(SequenceTracker.maximumLoss + 3))
        #expect(far.statistics == statistics(received: 3, lost: UInt64(SequenceTracker.maximumLoss) + 3))

        var farther = SequenceTracker()
        _ = farther.receive(sequenceNumber: 0, records: 0)
        #expect(farther.receive(sequenceNumber: SequenceTracker.maximumLoss + 1, records: 2) == .unknown)
        #expect(farther.receive(sequenceNumber: SequenceTracker.maximumLoss + 3, records: 1) == .restart)
        #expect(farther.statistics == statistics(received: 3, restarts: 1))
    }

    @Test("a forged number far away claims nothing and disturbs nothing")
    func forgedFar() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 0, records: 1)
        for number in 1...200 as ClosedRange<UInt32> {
            #expect(tracker.receive(sequenceNumber: number &+ (1 << 31) &+ number &* 999_983, records: 0) == .unknown)
            #expect(tracker.receive(sequenceNumber: number, records: 1) == .inOrder)
        }
        #expect(tracker.statistics == statistics(received: 201))
    }

    @Test("what a forged number near by claims is given back as the true messages come")
    func forgedNear() {
        var tracker = SequenceTracker()
        _ = tracker.receive(sequenceNumber: 0, records: 10)
        #expect(tracker.receive(sequenceNumber: 60_000, records: 0) == .lost(59_990))
        for number in stride(from: 10, to: 60_000, by: 10) {
            #expect(tracker.receive(sequenceNumber: UInt32(number), records: 10) == .late(recovered: 10))
        }
        #expect(tracker.receive(sequenceNumber: 60_000, records: 10) == .inOrder)
        #expect(tracker.statistics.lost == 0)
    }

    private func statistics(
        received: UInt64, lost: UInt64 = 0, reordered: UInt64 = 0, duplicated: UInt64 = 0, unsettled: UInt64 = 0, restarts: UInt64 = 0
    ) -> SequenceStatistics {
        SequenceStatistics(
            received: received, lost: lost, reordered: reordered, duplicated: duplicated, unsettled: unsettled, restarts: restarts)
    }
}
