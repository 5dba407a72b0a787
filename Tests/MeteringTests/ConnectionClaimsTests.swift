// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

/// Counters that know only addresses and ports, given to the connections that have them one after another.
@Suite struct ConnectionClaimsTests {
    private var accounts = DirectionAccounts(place: .received)

    private mutating func poll(_ connections: [Connection], isWhole: Bool = true, at second: Double) -> [UInt64?] {
        defer { accounts.finishPoll(isWhole: isWhole) }
        return connections.map { connection in
            var counted = connection
            accounts.count(&counted, at: .at(second))
            return counted.counters?.packets
        }
    }

    private func delta(_ packets: UInt64, zone: UInt16? = nil, age: Double = 0) -> DirectionCount {
        DirectionCount(
            tuple: Connection.sample().original, protocolIdentifier: 6, zone: zone, packets: packets, octets: packets * 10,
            age: .seconds(age))
    }

    private func connection(_ state: Connection.TCPState) -> Connection {
        Connection.sample(counters: nil).with { $0.tcpState = state }
    }

    @Test("a tuple that opens again after its end begins at zero")
    func reopened() {
        var test = self
        test.accounts.add([delta(10)], at: .at(0))
        #expect(test.poll([connection(.established)], at: 0) == [10])
        test.accounts.add([delta(5)], at: .at(5))
        #expect(test.poll([connection(.timeWait)], at: 5) == [15])
        test.accounts.add([delta(3)], at: .at(10))
        #expect(test.poll([connection(.established)], at: 10) == [3])
        test.accounts.add([delta(1)], at: .at(15))
        #expect(test.poll([connection(.established)], at: 15) == [4])
    }

    @Test("a tuple that was gone from a whole dump is another connection, from a part of one it is the same", arguments: [true, false])
    func gone(isWhole: Bool) {
        var test = self
        test.accounts.add([delta(10)], at: .at(0))
        #expect(test.poll([connection(.established)], at: 0) == [10])
        #expect(test.poll([], isWhole: isWhole, at: 5) == [])
        test.accounts.add([delta(2)], at: .at(10))
        #expect(test.poll([connection(.established)], at: 10) == [isWhole ? 2 : 12])
    }

    @Test("counters that the source knows are left alone, and what nobody counted stays unknown")
    func untouched() {
        var test = self
        let known = Connection.sample(counters: .init(packets: 7))
        #expect(test.poll([known, connection(.established)], at: 0) == [7, nil])
    }

    @Test("two zones that carry the same tuple are two accounts")
    func zones() {
        var accounts = DirectionAccounts(place: .received)
        for (second, packets) in [(0, 10), (5, 20)] as [(Double, UInt64)] {
            accounts.update([delta(packets, zone: 1, age: second), delta(packets * 100, zone: 2, age: second)], at: .at(second))
        }
        #expect(accounts.counters(of: Connection.sample(counters: nil).with { $0.zone = 1 })?.packets == 20)
        #expect(accounts.counters(of: Connection.sample(counters: nil).with { $0.zone = 2 })?.packets == 2000)
        #expect(accounts.counters(of: Connection.sample(counters: nil).with { $0.zone = 3 }) == nil)
    }
}
