// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import Metering

@Suite struct ConnectionStoreTests {
    @Test("removal while visiting visits each connection once, and the others are found still", arguments: [1, 2, 3] as [UInt64])
    func visit(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var store = ConnectionStore(capacity: 100)
        var replaced: [MeteredConnection] = []
        var expected: Set<UInt16> = []
        for _ in 0..<30 {
            store.beginPoll(isWhole: true)
            for _ in 0..<20 {
                let port = UInt16.random(in: 0..<60, using: &generator)
                _ = store.observe(.sample(port: port), at: .at(0), replaced: &replaced)
                expected.insert(port)
            }
            let removed = Set(expected.filter { _ in generator.isOnce(in: 3) })
            var visited: [UInt16] = []
            store.visit { connection, _ in
                visited.append(connection.connection.original.sourcePort)
                return !removed.contains(connection.connection.original.sourcePort)
            }
            #expect(visited.count == expected.count && Set(visited) == expected)
            expected.subtract(removed)
            for port in 0..<60 { #expect(store.contains(.sample(port: UInt16(port))) == expected.contains(UInt16(port))) }
            #expect(store.entries.count == expected.count)
        }
        #expect(replaced.isEmpty)
    }

    @Test("what a poll has shown is seen, what it has not is not")
    func seen() {
        var store = ConnectionStore(capacity: 10)
        var replaced: [MeteredConnection] = []
        store.beginPoll(isWhole: true)
        for port in 1...2 { _ = store.observe(.sample(port: UInt16(port)), at: .at(0), replaced: &replaced) }
        store.beginPoll(isWhole: true)
        _ = store.observe(.sample(port: 2), at: .at(1), replaced: &replaced)
        var seen: [UInt16: Bool] = [:]
        store.visit { connection, wasSeen in
            seen[connection.connection.original.sourcePort] = wasSeen
            return true
        }
        #expect(seen == [1: false, 2: true])
    }

    @Test("outcomes say what became of an observation")
    func outcomes() {
        var store = ConnectionStore(capacity: 1)
        var replaced: [MeteredConnection] = []
        store.beginPoll(isWhole: true)
        #expect(store.observe(.sample(id: 1), at: .at(0), replaced: &replaced) == .inserted)
        #expect(store.observe(.sample(id: 1), at: .at(1), replaced: &replaced) == .updated)
        #expect(store.observe(.sample(port: 9), at: .at(1), replaced: &replaced) == .full)
        #expect(store.observe(.sample(id: 2), at: .at(2), replaced: &replaced) == .inserted)
        #expect(replaced.map(\.connection.id) == [1])
    }
}
