// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing

/// Events beside polls: what is told when it happens, in what order, and what of it may be missing.
@Suite struct MeteringProcessEventTests {
    /// As the kernel tells of a beginning: without counters and times.
    private func beginning(id: UInt32? = 7) -> Connection {
        .sample(id: id, state: .synSent, counters: nil, start: nil).with { $0.label = .init(low: 0x65) }
    }

    /// As the kernel tells of an end: counters and times, but no label.
    private func end(id: UInt32? = 7, times: UInt64 = 9, start: Timestamp = .at(0.1)) -> Connection {
        Connection.sample(id: id, state: nil, start: start).counted(times).with { $0.stop = .at(0.15) }
    }

    @Test("300 connections of 50 ms between two polls are reported once each, with their final counters and their label")
    func short() {
        var node = Node()
        node.poll([], at: 0)
        for port in 1...300 as ClosedRange<UInt16> {
            node.event(beginning().with { $0.original.sourcePort = port }, .new, at: 0.1)
            node.event(end().with { $0.original.sourcePort = port }, .destroyed, at: 0.15)
        }
        let records = node.expire(at: 0.2) + node.poll([], at: 5) + node.poll([], at: 30)
        #expect(records.count == 300 && Set(records.compactMap { $0[unsigned: .sourceTransportPort] }).count == 300)
        #expect(records.allSatisfy { $0.reason == .endOfFlow && $0[unsigned: .octetDeltaCount] == 1800 })
        #expect(records.allSatisfy { $0[unsigned: .ingressNetworkPolicyRuleAction] == 1 })
        #expect(records.allSatisfy { $0[time: .flowStartMilliseconds] == .at(0.1) && $0[time: .flowEndMilliseconds] == .at(0.15) })
        #expect(node.process.connectionCount == 0 && node.process.endedConnectionCount == 0)
    }

    @Test("an end whose beginning was not told is reported")
    func endOnly() {
        var node = Node()
        node.event(end(), .destroyed, at: 0.2)
        #expect(node.expire(at: 0.2).map { $0[unsigned: .octetDeltaCount] } == [1800])
        #expect(node.expire(at: 60).isEmpty)
    }

    @Test("what came after the last record of a connection that was closing is reported with its end")
    func finalCounters() {
        var node = Node()
        let closing = Connection.sample(state: .timeWait).counted(3)
        #expect(node.poll([closing], at: 1).count == 1)
        node.event(closing, .destroyed, at: 2)
        #expect(node.expire(at: 2).isEmpty)
        #expect(node.poll([], at: 5).isEmpty)

        var other = Node()
        #expect(other.poll([closing], at: 1).count == 1)
        other.event(closing.counted(4), .destroyed, at: 2)
        #expect(other.expire(at: 2).map { $0[unsigned: .octetDeltaCount] } == [200])
    }

    @Test("a poll that was read before a connection went does not bring it back")
    func staleEntry() {
        var node = Node()
        node.poll([.sample()], at: 0)
        node.process.beginPoll(of: .first, at: .at(5))
        node.event(.sample().counted(4), .destroyed, at: 5)
        node.process.observe(.sample().counted(2), from: .first, at: .at(5))
        node.process.endPoll(of: .first, isWhole: true, at: .at(5))
        #expect(node.expire(at: 5).map { $0[unsigned: .octetDeltaCount] } == [800])
        #expect(node.process.statistics.stale == 1 && node.process.connectionCount == 0)
        #expect(node.poll([], at: 10).isEmpty && node.expire(at: 40).isEmpty)
    }

    @Test("a poll that was read before a connection began does not end it")
    func begunMeanwhile() {
        var node = Node()
        node.process.beginPoll(of: .first, at: .at(5))
        node.event(beginning(), .new, at: 5)
        node.process.endPoll(of: .first, isWhole: true, at: .at(5))
        #expect(node.expire(at: 5).isEmpty && node.process.connectionCount == 1)
        #expect(node.poll([], at: 10).map(\.reason) == [.endOfFlow])
    }

    @Test("final counters are reported when word of the end comes after a poll that missed the connection")
    func lateEnd() {
        var node = Node()
        node.poll([.sample()], at: 0)
        #expect(node.poll([], at: 5).map { $0[unsigned: .octetDeltaCount] } == [200])
        node.event(.sample().counted(3), .destroyed, at: 5.1)
        #expect(node.expire(at: 5.2).map { $0[unsigned: .octetDeltaCount] } == [400])
    }

    @Test("word of the end of the connection before on a tuple changes that one")
    func lateEndOfPast() {
        var node = Node()
        node.poll([.sample(id: 7)], at: 0)
        node.poll([.sample(id: 8, start: .at(4))], at: 5)
        node.event(.sample(id: 7).counted(3), .destroyed, at: 5.1)
        let records = node.expire(at: 5.2)
        #expect(records.map { $0[time: .flowStartMilliseconds] } == [.at(0)] && records.first?[unsigned: .octetDeltaCount] == 400)
        #expect(node.process.connectionCount == 1)
    }

    @Test("a tuple that is used again at once, with the same id, is another connection")
    func reusedID() {
        var node = Node()
        node.event(beginning(), .new, at: 0.1)
        node.event(end(times: 5), .destroyed, at: 0.2)
        node.event(beginning(), .new, at: 0.3)
        node.event(end(times: 6, start: .at(0.3)), .destroyed, at: 0.4)
        let records = node.expire(at: 0.5)
        #expect(records.compactMap { $0[unsigned: .octetTotalCount] }.sorted() == [1000, 1200])
        #expect(Set(records.compactMap { $0[time: .flowStartMilliseconds] }).count == 2)
    }

    @Test("a connection that a poll missed and the next shows goes on")
    func reopened() {
        var node = Node()
        node.poll([.sample()], at: 0)
        #expect(node.poll([], at: 5).count == 1)
        #expect(node.poll([.sample().counted(2)], at: 10).map { $0[unsigned: .octetDeltaCount] } == [200])
        #expect(node.poll([], at: 15).map(\.reason) == [.endOfFlow])
    }

    @Test("what an event leaves out stays known: counters, label, state")
    func merges() {
        var node = Node()
        node.poll([.sample().with { $0.label = .init(low: 0x65) }], at: 0)
        node.event(.sample(state: nil, counters: nil, start: nil), .updated, at: 1)
        let record = node.expire(at: 5).first
        #expect(record?[unsigned: .octetTotalCount] == 200 && record?[unsigned: .ingressNetworkPolicyRuleAction] == 1)
        #expect(node.text(.tcpState, of: record) == "ESTABLISHED")
    }

    @Test("counters that somebody set to zero go on from where they were")
    func zeroed() {
        var node = Node()
        let deltas = [3, 5, 1, 2, 1].enumerated().flatMap { poll, times in node.poll([.sample().counted(times)], at: Double(poll * 5)) }
        #expect(deltas.compactMap { $0[unsigned: .octetDeltaCount] }.reduce(0, +) == 1600)
        #expect(deltas.last?[unsigned: .octetTotalCount] == 1600)
    }
}
