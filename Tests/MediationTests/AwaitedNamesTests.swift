// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@testable import Mediation

@Suite struct AwaitedNamesTests {
    private func connection(_ number: Int, until: Double = 100) -> AwaitedNames.Connection {
        AwaitedNames.Connection(place: UInt32(number), id: Int64(number), until: .at(until))
    }

    @Test("those that wait for an address are taken once, in order; one that waits again waits once")
    func take() {
        var awaited = AwaitedNames()
        for number in [3, 1, 2, 1] { awaited.await(connection(number), at: .server) }
        awaited.await(connection(9), at: .client)
        #expect(awaited.count == 4)
        #expect(awaited.take(.server).map(\.id) == [1, 2, 3] && awaited.take(.server).isEmpty)
        #expect(awaited.count == 1 && !awaited.isEmpty)
    }

    @Test("beyond the capacity further ones are refused and counted, and room comes back with time")
    func capacity() {
        var awaited = AwaitedNames(capacity: 10)
        for number in 1...15 { awaited.await(connection(number, until: Double(number)), at: .server) }
        #expect(awaited.count == 10 && awaited.refused == 5)
        awaited.expire(at: .at(5))
        #expect(awaited.count == 6)
        // Not looked at again at once.
        awaited.expire(at: .at(8))
        #expect(awaited.count == 6)
        awaited.expire(at: .at(50))
        #expect(awaited.isEmpty && awaited.take(.server).isEmpty)
    }
}
