// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing

/// When a connection is reported, and with what reason.
@Suite struct MeteringProcessTests {
    @Test("a connection is reported first when the active timeout has passed, with all it carried")
    func first() {
        var node = Node()
        #expect(node.poll([.sample()], at: 10).isEmpty)
        #expect(node.poll([.sample().counted(2)], at: 14.999).isEmpty)
        let records = node.poll([.sample().counted(3)], at: 15)
        #expect(records.count == 1)
        #expect(records[0].reason == .activeTimeout)
        #expect(records[0][unsigned: .octetTotalCount] == 600 && records[0][unsigned: .octetDeltaCount] == 600)
        #expect(records[0][unsigned: .reversePacketTotalCount] == 3 && records[0][unsigned: .reversePacketDeltaCount] == 3)
        #expect(records[0][time: .flowStartMilliseconds] == .at(0) && records[0][time: .flowEndMilliseconds] == .at(15))
        #expect(records[0][unsigned: .flowStartSeconds] == 1_795_000_000 && records[0][unsigned: .flowEndSeconds] == 1_795_000_015)
    }

    @Test("nothing is sent twice without change; what changed is sent when its time has come, as growth")
    func unchanged() {
        var node = Node()
        node.poll([.sample()], at: 0)
        #expect(node.poll([.sample()], at: 5).count == 1)
        for second in [10, 15, 20, 60] { #expect(node.poll([.sample()], at: Double(second)).isEmpty) }
        let records = node.poll([.sample().counted(4)], at: 65)
        #expect(records.count == 1)
        #expect(records[0][unsigned: .octetTotalCount] == 800 && records[0][unsigned: .octetDeltaCount] == 600)
        #expect(node.poll([.sample().counted(5)], at: 67).isEmpty)
        #expect(node.poll([.sample().counted(5)], at: 70).map { $0[unsigned: .octetDeltaCount] } == [200])
    }

    @Test("a state that changed is a change")
    func stateChange() {
        var node = Node()
        node.poll([.sample(state: .synSent)], at: 0)
        node.poll([.sample(state: .synSent)], at: 5)
        let records = node.poll([.sample(state: .established)], at: 10)
        #expect(records.count == 1 && node.text(.tcpState, of: records.first) == "ESTABLISHED")
    }

    @Test(
        "an ended connection is reported at once, and not again while its entry lives on",
        arguments: [Connection.TCPState.timeWait, .close, .closed, .finWait2])
    func ended(state: Connection.TCPState) {
        var node = Node()
        let ended = Connection.sample(state: state)
        let records = node.poll([ended], at: 1)
        #expect(records.map(\.reason) == [.endOfFlow])
        #expect(node.poll([ended], at: 6).isEmpty && node.poll([ended], at: 60).isEmpty)
        #expect(node.poll([], at: 120).isEmpty)
        #expect(node.process.connectionCount == 0)
    }

    @Test("a dying entry has ended, at the time it says")
    func dying() {
        var node = Node()
        let dying = Connection.sample(state: nil).with {
            $0.status = [.confirmed, .dying]
            $0.stop = .at(3)
        }
        let records = node.poll([dying], at: 5)
        #expect(records.map(\.reason) == [.endOfFlow])
        #expect(records[0][time: .flowEndMilliseconds] == .at(3))
    }

    @Test("stray packets after the end are reported, as the end again")
    func afterTheEnd() {
        var node = Node()
        let ended = Connection.sample(state: .timeWait)
        node.poll([ended], at: 1)
        let records = node.poll([ended.counted(2)], at: 6)
        #expect(records.map(\.reason) == [.endOfFlow] && records[0][unsigned: .octetDeltaCount] == 200)
    }

    @Test("what a whole poll does not show has ended when it was last seen")
    func gone() {
        var node = Node()
        node.poll([.sample()], at: 0)
        node.poll([.sample()], at: 5)
        let records = node.poll([], at: 10)
        #expect(records.map(\.reason) == [.endOfFlow])
        #expect(records[0][time: .flowEndMilliseconds] == .at(5) && records[0][unsigned: .octetDeltaCount] == 0)
        #expect(node.process.connectionCount == 0)
        #expect(node.poll([], at: 15).isEmpty)
    }

    @Test("what a partial poll does not show goes on")
    func partial() {
        var node = Node()
        node.poll([.sample()], at: 0)
        #expect(node.poll([], at: 2, isWhole: false).isEmpty)
        #expect(node.process.connectionCount == 1)
        #expect(node.poll([.sample()], at: 5).map(\.reason) == [.activeTimeout])
    }

    @Test("a partial poll ends nothing, even if the caller of expire does not say it again")
    func partialPollSaysSo() {
        var node = Node()
        node.poll([.sample()], at: 0)
        node.process.observe(Poll(time: .at(2), connections: [], isWhole: false))
        #expect(node.expire(at: 2).isEmpty)
        #expect(node.process.connectionCount == 1)
    }

    @Test("where the idle timeout is the shorter one, a connection that went quiet is reported as idle")
    func idle() {
        var node = Node {
            $0.activeTimeout = .seconds(60)
            $0.idleTimeout = .seconds(15)
        }
        node.poll([.sample()], at: 0)
        node.poll([.sample().counted(2)], at: 5)
        #expect(node.poll([.sample().counted(2)], at: 19).isEmpty)
        #expect(node.poll([.sample().counted(2)], at: 20).map(\.reason) == [.idleTimeout])
        #expect(node.poll([.sample().counted(2)], at: 100).isEmpty)
    }

    @Test("flush reports every change at once and keeps the connections")
    func flush() {
        var node = Node()
        let other = Connection.sample(port: 40_001)
        node.poll([.sample(), other], at: 0)
        node.poll([.sample(), other], at: 5)
        node.poll([.sample().counted(2), other], at: 6)
        let records = node.flush(at: 6.5)
        #expect(records.map { $0[unsigned: .octetDeltaCount] } == [200])
        #expect(node.flush(at: 7).isEmpty && node.process.connectionCount == 2)
    }

    @Test("at capacity a further connection is passed over and counted, until another ends")
    func capacity() {
        var node = Node { $0.capacity = 1 }
        let other = Connection.sample(port: 40_001)
        node.poll([.sample(), other], at: 0)
        #expect(node.process.connectionCount == 1 && node.process.statistics.overCapacity == 1)
        node.poll([other], at: 5)
        node.poll([other], at: 6)
        #expect(node.process.connectionCount == 1)
        #expect(node.flush(at: 7).map { $0[unsigned: .sourceTransportPort] } == [40_001])
    }

    @Test("a connection without a start begins when it was first seen")
    func noStart() {
        var node = Node()
        node.poll([.sample(start: nil)], at: 3)
        let records = node.poll([.sample(start: nil)], at: 8)
        #expect(records.map { $0[time: .flowStartMilliseconds] } == [.at(3)])
    }

    @Test("a record never ends before it starts, whatever the clocks say")
    func startInTheFuture() {
        var node = Node()
        node.poll([.sample(start: .at(100))], at: 0)
        let record = node.poll([.sample(start: .at(100))], at: 5).first
        #expect(record?[time: .flowStartMilliseconds] == .at(100) && record?[time: .flowEndMilliseconds] == .at(100))
    }

    @Test("records are counted")
    func statistics() {
        var node = Node()
        node.poll([.sample(), .sample(port: 1)], at: 0)
        node.poll([.sample(), .sample(port: 1)], at: 5)
        #expect(node.process.statistics.records == 2 && node.process.statistics.metered == 4)
    }
}
