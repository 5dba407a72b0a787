// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import Metering

@Suite struct TimingWheelTests {
    private func visited(_ wheel: inout TimingWheel, at seconds: Double) -> [UInt32] {
        var visits: [TimingWheel.Visit] = []
        wheel.advance(to: .at(seconds), into: &visits)
        return visits.map(\.slot)
    }

    @Test("a slot is visited once, not before its deadline and not a tick after it")
    func once() {
        var wheel = TimingWheel()
        _ = wheel.schedule(7, at: .at(5.05), now: .at(0))
        #expect(visited(&wheel, at: 5.0).isEmpty)
        #expect(visited(&wheel, at: 5.1) == [7])
        #expect(visited(&wheel, at: 500).isEmpty)
    }

    @Test("a deadline that has passed is due at the next look")
    func late() {
        var wheel = TimingWheel()
        #expect(visited(&wheel, at: 10).isEmpty)
        _ = wheel.schedule(1, at: .at(3), now: .at(10))
        #expect(visited(&wheel, at: 10.2) == [1])
    }

    @Test("a deadline beyond the wheel is visited when the wheel ends, to be put in again")
    func far() {
        var wheel = TimingWheel()
        _ = wheel.schedule(1, at: .at(3600), now: .at(0))
        #expect(visited(&wheel, at: 51).isEmpty)
        #expect(visited(&wheel, at: 51.2) == [1])
    }

    @Test("after a long pause everything is visited, once")
    func pause() {
        var wheel = TimingWheel()
        for slot in 0..<100 as Range<UInt32> { _ = wheel.schedule(slot, at: .at(Double(slot) / 3), now: .at(0)) }
        #expect(visited(&wheel, at: 1e6).sorted() == Array(0..<100))
        #expect(wheel.firstDeadline == nil)
    }

    @Test("the first deadline is that of the first slot", arguments: [0.1, 1, 33.3, 50])
    func firstDeadline(seconds: Double) {
        var wheel = TimingWheel()
        #expect(wheel.firstDeadline == nil)
        _ = wheel.schedule(1, at: .at(51), now: .at(0))
        _ = wheel.schedule(2, at: .at(seconds), now: .at(0))
        #expect(wheel.firstDeadline == .at(seconds))
    }
}
