// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import IPFIXTransport

struct ResendWindowTests {
    private func sent(_ value: UInt32) -> OutgoingMessage { OutgoingMessage(message: exported(value)) }

    @Test("a message leaves when its time has passed since it was acknowledged, not since it was sent")
    func leaves() {
        var window = ResendWindow(duration: .seconds(30), capacity: 1000)
        for value in 1...3 { #expect(window.append(sent(UInt32(value)), end: UInt64(value) * 24).isEmpty) }
        #expect(window.acknowledge(through: 24, at: .seconds(100)).isEmpty)
        #expect(window.acknowledge(through: 71, at: .seconds(129)).isEmpty)
        #expect(window.acknowledge(through: 71, at: .seconds(130)) == [sent(1)])
        #expect(window.acknowledge(through: 72, at: .seconds(200)) == [sent(2)])
        #expect(window.takeAll() == [sent(3)] && window.messages.isEmpty)
    }

    @Test("beyond the capacity the oldest leave, and are counted")
    func capacity() {
        var window = ResendWindow(duration: .seconds(30), capacity: 16)
        #expect(window.append(sent(1), end: 8).isEmpty && window.append(sent(2), end: 16).isEmpty)
        #expect(window.append(sent(3), end: 24) == [sent(1)])
        #expect(window.shortened == 1 && window.messages == [sent(2), sent(3)])
    }

    @Test("a window of no time keeps nothing")
    func none() {
        var window = ResendWindow(duration: .zero, capacity: 16)
        #expect(window.append(sent(1), end: 8) == [sent(1)] && window.messages.isEmpty && window.shortened == 0)
    }
}

struct DrainPaceTests {
    @Test("what waited goes at its rate, beside as much as is new")
    func pace() {
        var pace = DrainPace(octetsASecond: 100_000, elapsed: { .zero })
        #expect(pace.pause(afterSending: 100_000, appended: 0) == .zero)
        #expect(pace.pause(afterSending: 50_000, appended: 0) == .milliseconds(500))
        #expect(pace.pause(afterSending: 10_000, appended: 60_000) == .zero)
        #expect(pace.pause(afterSending: 1_000, appended: 60_000) == .zero)
        #expect(pace.pause(afterSending: 1_000, appended: 60_000) == .milliseconds(20))
    }
}
