// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import Metering

@Suite struct ConnectionStoreTests {
    private func moment(_ seconds: Double) -> Moment { Moment(wall: .at(seconds), steady: .at(seconds)) }

    private func store(capacity: Int = 100, endedCapacity: Int = 100) -> ConnectionStore {
        ConnectionStore(capacity: capacity, endedCapacity: endedCapacity, idleTimeout: .seconds(15), seed: 42)
    }

    private func observe(
        _ connection: Connection, _ kind: ConnectionEvent.Kind? = nil, at seconds: Double, in store: inout ConnectionStore
    ) -> ConnectionStore.Effect {
        store.observe(connection, kind, found: store.find(connection), from: .first, at: moment(seconds))
    }

    @Test(
        "over random comings and goings each connection is found under its key, and slots are used again", arguments: [1, 2, 3] as [UInt64])
    func finds(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var store = store()
        var expected: Set<UInt16> = []
        for round in 0..<60 {
            let now = Double(round * 20)
            store.beginPoll(of: .first, at: .at(now))
            let shown = Set((0..<30).map { _ in UInt16.random(in: 0..<60, using: &generator) })
            for port in shown.shuffled(using: &generator) {
                let effect = observe(.sample(port: port, id: UInt32(port)), at: now, in: &store)
                #expect(effect.outcome == (expected.contains(port) ? .updated : .inserted))
            }
            var closed: Set<UInt16> = []
            store.closeMissing(of: .first, at: moment(now)) { _ in }
            for slot in 0..<store.slotCount where store[slot].role != .none && store[slot].isClosed {
                closed.insert(store[slot].connection.original.sourcePort)
            }
            #expect(closed == expected.subtracting(shown))
            for _ in 1...ConnectionStore.lingeringPolls { store.beginPoll(of: .first, at: .at(now)) }
            while store.oldestToForget(at: .at(now + 15)) != nil { store.forgetOldest() }
            expected = shown
            for port in 0..<60 as Range<UInt16> {
                #expect((store.find(.sample(port: port)).latest != nil) == expected.contains(port))
            }
            #expect(store.openCount == expected.count && store.endedCount == 0 && store.slotCount <= 60)
        }
    }

    @Test("the few connections before the latest on a tuple are found as well, those before them are not")
    func past() {
        var store = store()
        for id in 1...11 as ClosedRange<UInt32> { _ = observe(.sample(id: id), at: 0, in: &store) }
        let found = ([1, 2, 3, 10, 11] as [UInt32]).map { store.find(.sample(id: $0)) }
        #expect(found.allSatisfy { $0.latest.map { store[$0].connection.id } == 11 && $0.pastCount == 8 })
        #expect(found.map { $0.past.flatMap { store[$0].connection.id } } == [nil, nil, 3, 10, nil])
        #expect(store.openCount == 1 && store.endedCount == 10)
    }

    @Test("what ended is remembered for a while, oldest first, and forgotten early when there is too much of it")
    func lingering() {
        var store = store(endedCapacity: 2)
        for port in 1...3 as ClosedRange<UInt16> {
            _ = observe(.sample(port: port), at: 0, in: &store)
            _ = observe(.sample(port: port), .destroyed, at: Double(port), in: &store)
        }
        let first = store.oldestToForget(at: .at(3))
        #expect(first.map { store[$0.slot].connection.original.sourcePort } == 1)
        #expect(first?.isOneTooMany == true)
        store.forgetOldest()
        #expect(store.oldestToForget(at: .at(3)) == nil)
        #expect(store.oldestToForget(at: .at(17)) == nil)
        for _ in 1...ConnectionStore.lingeringPolls { store.beginPoll(of: .first, at: .at(3)) }
        #expect(store.oldestToForget(at: .at(16.9)) == nil)
        #expect(store.oldestToForget(at: .at(17))?.isOneTooMany == false)
    }

    @Test("sources with the same connection do not take it from each other until it has ended")
    func sources() {
        var store = store()
        let other = SourceID(rawValue: 1)
        _ = observe(.sample(), at: 0, in: &store)
        let second = store.observe(.sample(), nil, found: store.find(.sample()), from: other, at: moment(1))
        #expect(second.outcome == .ofAnotherSource && second.slot == nil)
        _ = observe(.sample(), .destroyed, at: 2, in: &store)
        let third = store.observe(.sample(), nil, found: store.find(.sample()), from: other, at: moment(3))
        #expect(third.outcome == .inserted)
    }

    @Test("a poll of one source ends nothing of another")
    func pollOfOther() {
        var store = store()
        _ = observe(.sample(), at: 0, in: &store)
        let other = SourceID(rawValue: 1)
        store.beginPoll(of: other, at: .at(1))
        store.closeMissing(of: other, at: moment(1)) { _ in Issue.record("nothing of this source was there") }
        #expect(store.openCount == 1)
    }
}
