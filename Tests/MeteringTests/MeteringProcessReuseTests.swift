// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing

/// A tuple used again is another connection: the old one ends, the new one counts from its own beginning.
@Suite struct MeteringProcessReuseTests {
    /// The poll that shows the new connection, 5 s after the old one was reported, and what came of both.
    private func reuse(_ old: Connection, _ new: Connection) -> (atOnce: [FlowRecord], later: [FlowRecord], metered: Int) {
        var node = Node()
        node.poll([old], at: 0)
        node.poll([old], at: 5)
        let atOnce = node.poll([new], at: 10)
        return (atOnce, node.poll([new], at: 15), node.process.connectionCount)
    }

    private func expectTwo(_ old: Connection, _ new: Connection) {
        let (atOnce, later, metered) = reuse(old, new)
        #expect(atOnce.map(\.reason) == [.endOfFlow])
        #expect(atOnce.first?[time: .flowEndMilliseconds] == .at(5))
        #expect(later.map { $0[unsigned: .octetDeltaCount] } == [new.counters?.octets])
        #expect(metered == 1)
    }

    @Test("told by another conntrack id")
    func byID() {
        expectTwo(.sample(id: 7).counted(3), .sample(id: 8).counted(5))
    }

    @Test("told by another start")
    func byStart() {
        expectTwo(.sample(id: nil).counted(3), .sample(id: nil, start: .at(8)).counted(5))
    }

    @Test("told by counters that went back")
    func byCounters() {
        expectTwo(.sample(id: nil, start: nil).counted(3), .sample(id: nil, start: nil).counted(2))
    }

    @Test(
        "peers that close one after the other are no new connection",
        arguments: [.closing, .lastAck, .closeWait, .finWait1] as [Connection.TCPState])
    func closing(state: Connection.TCPState) {
        var node = Node()
        func seen(_ state: Connection.TCPState) -> Connection { .sample(id: nil, state: state, counters: nil, start: nil) }
        let first = node.poll([seen(.finWait2)], at: 0)
        let later = node.poll([seen(state)], at: 5) + node.poll([seen(.timeWait)], at: 10)
        #expect(first.count == 1)
        #expect(later.allSatisfy { $0[time: .flowStartMilliseconds] == first.first?[time: .flowStartMilliseconds] })
    }

    @Test("told by a state that is open again after it was closed, on the userspace datapath")
    func byState() {
        var node = Node()
        let closed = Connection.sample(id: nil, state: .closed, counters: nil, start: nil)
        let open = Connection.sample(id: nil, state: .established, counters: nil, start: nil)
        #expect(node.poll([closed], at: 0).map(\.reason) == [.endOfFlow])
        #expect(node.poll([open], at: 5).isEmpty)
        let records = node.poll([open], at: 10)
        #expect(records.map { $0[time: .flowStartMilliseconds] } == [.at(5)])
    }

    @Test("the end that was reported already is not reported again when its tuple is reused")
    func endOnce() {
        var node = Node()
        #expect(node.poll([.sample(id: 7, state: .timeWait)], at: 0).count == 1)
        #expect(node.poll([.sample(id: 8)], at: 5).isEmpty)
        #expect(node.poll([.sample(id: 8)], at: 10).map(\.reason) == [.activeTimeout])
    }

    @Test("a connection replaced before its first record has its pods' names all the same")
    func replacedEarly() {
        var node = Node()
        node.process.observe(Poll(time: .at(0), connections: [.sample(id: 7)]))
        node.process.observe(Poll(time: .at(1), connections: [.sample(id: 8)]))
        let records = node.expire(at: 1)
        #expect(records.map(\.reason) == [.endOfFlow])
        #expect(node.text(.sourcePodName, of: records.first) == "client-1")
    }

    @Test("the same id, start and growing counters are the same connection")
    func same() {
        let (atOnce, later, _) = reuse(.sample().counted(3), .sample().counted(5))
        #expect(atOnce.map { $0[unsigned: .octetDeltaCount] } == [400])
        #expect(later.isEmpty)
    }

    @Test("counters unknown for a while do not count twice when they are back")
    func countersReturn() {
        var node = Node()
        let deltas = [Connection.sample(), .sample(), .sample(counters: nil), .sample().counted(3), .sample().counted(3)].enumerated()
            .flatMap { poll, connection in node.poll([connection], at: Double(poll * 5)) }
            .compactMap { $0[unsigned: .octetDeltaCount] }
        #expect(deltas.reduce(0, +) == 600)
    }

    @Test("the same tuple in two zones, or of two protocols, is two connections")
    func zonesAndProtocols() {
        var node = Node { $0.zones = [] }
        node.poll([.sample(), .sample().with { $0.zone = 1 }, .sample().with { $0.protocolIdentifier = 132 }], at: 0)
        #expect(node.process.connectionCount == 3)
    }
}
