// SPDX-License-Identifier: Apache-2.0

import PacketCapture
import Testing

/// Which datagrams are taken for IPFIX or NetFlow v9.
@Suite struct PortRuleTests {
    private func isTaken(_ payloads: [UInt8]..., port: Int = 7000, rule: PortRule = PortRule()) -> [Bool] {
        var capture = MessageCapture(rule: rule)
        return payloads.map { payload in
            capture.receive(Packets.frame(Packets.ipv4(Packets.udp(payload, to: port))))
            return !capture.takeEvents().isEmpty
        }
    }

    @Test("on any port what looks like IPFIX or NetFlow v9 is taken, and nothing else")
    func looks() {
        let netFlow9 = [0, 9, 0, 1] + [UInt8](repeating: 7, count: 16) + [0, 0, 0, 8, 1, 0, 0, 0]
        let query: [UInt8] = [0, 10, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7] + Array("example".utf8) + [3] + Array("com".utf8) + [0, 0, 1, 0, 1]
        #expect(isTaken(Packets.message(1)) == [true])
        #expect(isTaken(netFlow9) == [true])
        #expect(isTaken(query) == [false])
        #expect(isTaken([0, 9] + query.dropFirst(2)) == [false])
        #expect(isTaken([], [0], [0, 10], [0, 10, 0, 16]) == [false, false, false, false])
    }

    @Test("damaged messages are taken: a set of no length, too short, too long")
    func damaged() {
        var noLength = Packets.message(1)
        noLength[19] = 0
        #expect(isTaken(noLength) == [true])
        #expect(isTaken(Packets.message(1).dropLast(3) + []) == [true])
        #expect(isTaken(Packets.message(1) + [1, 2, 3]) == [true])
    }

    @Test("what goes where a message went, or to a customary port, is taken whatever it is")
    func ports() {
        let other: [UInt8] = [1, 2, 3, 4]
        #expect(isTaken(other, Packets.message(1), other) == [false, true, true])
        for port in [2055, 4739, 9995, 9996] { #expect(isTaken(other, port: port) == [true]) }
    }

    @Test("with named ports these alone count")
    func named() {
        #expect(isTaken([1, 2], port: 5, rule: PortRule(ports: [5])) == [true])
        #expect(isTaken(Packets.message(1), port: 4739, rule: PortRule(ports: [5])) == [false])
    }
}
