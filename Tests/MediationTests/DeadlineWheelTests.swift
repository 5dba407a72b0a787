// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import Mediation

@Suite struct DeadlineWheelTests {
    /// Entries whose valid slot is the one they were found in.
    private func found(_ wheel: inout DeadlineWheel, at second: Double, _ slots: [UInt32: Int64]) -> [UInt32] {
        var due: [(entry: UInt32, slot: Int64)] = []
        wheel.advance(to: .at(second), into: &due)
        return due.filter { slots[$0.entry] == $0.slot }.map(\.entry).sorted()
    }

    @Test("an entry is found in its second, neither before nor again")
    func once() {
        var wheel = DeadlineWheel()
        let slots: [UInt32: Int64] = [1: wheel.schedule(1, at: .at(5.9), now: .at(0)), 2: wheel.schedule(2, at: .at(3), now: .at(0))]
        #expect(found(&wheel, at: 2.9, slots).isEmpty)
        #expect(found(&wheel, at: 3, slots) == [2])
        #expect(found(&wheel, at: 4.9, slots).isEmpty)
        #expect(found(&wheel, at: 5, slots) == [1])
        #expect(found(&wheel, at: 600, slots).isEmpty)
    }

    @Test("a deadline that has passed is found at the next look")
    func past() {
        var wheel = DeadlineWheel()
        #expect(found(&wheel, at: 10, [:]).isEmpty && found(&wheel, at: 11, [:]).isEmpty)
        let slots: [UInt32: Int64] = [1: wheel.schedule(1, at: .at(3), now: .at(11))]
        #expect(found(&wheel, at: 11, slots).isEmpty)
        #expect(found(&wheel, at: 12, slots) == [1])
    }

    @Test("a deadline beyond the wheel is found early, to be put back")
    func beyond() {
        var wheel = DeadlineWheel()
        let slot = wheel.schedule(1, at: .at(1000), now: .at(0))
        #expect(slot - Timestamp.at(0).seconds < 256)
        #expect(found(&wheel, at: 255, [1: slot]) == [1])
    }

    @Test("after a long silence every entry is found, each once", arguments: [1, 2, 3] as [UInt64])
    func silence(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var wheel = DeadlineWheel()
        var slots: [UInt32: Int64] = [:]
        for entry in 0..<100 as Range<UInt32> {
            slots[entry] = wheel.schedule(entry, at: .at(.random(in: 0...400, using: &generator)), now: .at(0))
        }
        #expect(found(&wheel, at: 1e7, slots) == Array(0..<100))
    }

    @Test("scheduled again, the old mention is stale")
    func rescheduled() {
        var wheel = DeadlineWheel()
        _ = wheel.schedule(1, at: .at(3), now: .at(0))
        let slots: [UInt32: Int64] = [1: wheel.schedule(1, at: .at(7), now: .at(0))]
        #expect(found(&wheel, at: 5, slots).isEmpty)
        #expect(found(&wheel, at: 7, slots) == [1])
    }
}
