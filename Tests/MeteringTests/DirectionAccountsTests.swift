// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@Suite struct DirectionAccountsTests {
    private let connection = Connection.sample(counters: nil)

    private func count(_ tuple: Connection.Tuple, _ packets: UInt64, age: Double = 0) -> DirectionCount {
        DirectionCount(tuple: tuple, protocolIdentifier: 6, packets: packets, octets: packets * 100, age: .milliseconds(Int64(age * 1000)))
    }

    @Test("nothing is known until one direction has been counted; then the other is zero")
    func unknown() {
        var accounts = DirectionAccounts()
        #expect(accounts.counters(of: connection) == nil)
        accounts.update([count(connection.original, 3)], at: .at(0))
        #expect(accounts.counters(of: connection) == .init(packets: 3, octets: 300))
        accounts.update([count(connection.original, 3), count(connection.reply, 2)], at: .at(1))
        #expect(accounts.counters(of: connection) == .init(packets: 3, octets: 300, reversePackets: 2, reverseOctets: 200))
    }

    @Test("a flow that begins at zero again carries on from what was counted")
    func reset() {
        var accounts = DirectionAccounts()
        for (second, packets, age) in [(0, 10, 1), (5, 15, 6), (70, 4, 1), (75, 9, 6), (140, 1, 1)] as [(Double, UInt64, Double)] {
            accounts.update([count(connection.original, packets, age: age)], at: .at(second))
        }
        #expect(accounts.counters(of: connection)?.packets == 25)
    }

    @Test("a flow younger than the last look began at zero, even if it has counted more since")
    func resetUnnoticed() {
        var accounts = DirectionAccounts()
        accounts.update([count(connection.original, 10, age: 30)], at: .at(0))
        accounts.update([count(connection.original, 25, age: 4)], at: .at(100))
        #expect(accounts.counters(of: connection)?.packets == 35)
        accounts.update([count(connection.original, 30, age: 9)], at: .at(105))
        #expect(accounts.counters(of: connection)?.packets == 40)
    }

    @Test("an age that wavers a little is no new flow")
    func ageWavers() {
        var accounts = DirectionAccounts()
        accounts.update([count(connection.original, 10, age: 0)], at: .at(0))
        accounts.update([count(connection.original, 12, age: 4.5)], at: .at(5))
        #expect(accounts.counters(of: connection)?.packets == 12)
    }

    @Test("a reply of a Service is counted under the Service's address, a request under the endpoint's")
    func service() {
        var accounts = DirectionAccounts()
        let translated = Connection.sample(to: .service, counters: nil).with {
            $0.original.destinationPort = 80
            $0.reply.source = .server
        }
        let request = Connection.Tuple(source: .client, destination: .server, sourcePort: 40_000, destinationPort: 8080)
        let reply = Connection.Tuple(source: .service, destination: .client, sourcePort: 80, destinationPort: 40_000)
        accounts.update([count(request, 5), count(reply, 7)], at: .at(0))
        #expect(accounts.counters(of: translated) == .init(packets: 5, octets: 500, reversePackets: 7, reverseOctets: 700))
    }

    @Test("an account that was not seen for long is forgotten")
    func forget() {
        var accounts = DirectionAccounts(forgetAfter: .seconds(60))
        accounts.update([count(connection.original, 3)], at: .at(0))
        accounts.update([], at: .at(59))
        #expect(accounts.counters(of: connection) != nil)
        accounts.update([], at: .at(60))
        #expect(accounts.counters(of: connection) == nil)
    }

    @Test("at capacity a new direction has no account, and those that are there go on")
    func capacity() {
        var accounts = DirectionAccounts(capacity: 1)
        accounts.update([count(connection.original, 3), count(connection.reply, 2)], at: .at(0))
        accounts.update([count(connection.original, 4), count(connection.reply, 3)], at: .at(1))
        #expect(accounts.counters(of: connection) == .init(packets: 4, octets: 400))
        #expect(accounts.refused == 2)
    }

    @Test("ICMP is not counted by ports")
    func icmp() {
        var accounts = DirectionAccounts()
        let echo = connection.with { $0.original.icmp = .init(identifier: 1, type: 8, code: 0) }
        accounts.update([count(connection.original, 3)], at: .at(0))
        #expect(accounts.counters(of: echo) == nil)
    }

    @Test("protocols are apart")
    func protocols() {
        var accounts = DirectionAccounts()
        accounts.update([count(connection.original, 3)], at: .at(0))
        #expect(accounts.counters(of: connection.with { $0.protocolIdentifier = 17 }) == nil)
    }
}
