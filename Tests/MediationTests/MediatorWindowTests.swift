// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// When intervals are stored, and what each holds.
@Suite struct MediatorWindowTests {
    /// A connection that both nodes report every 5 s from 7 s on, 100 octets a second.
    private func report(until last: Double, endingAt end: Double? = nil, to run: Run) {
        var second = 7.0
        while second <= last {
            for side in [Sample.Side.source, .destination] {
                run.receive(Sample(side, end: second, octets: UInt64(second) * 100), at: second)
            }
            second += 5
        }
        guard let end else { return }
        for side in [Sample.Side.source, .destination] {
            run.receive(Sample(side, end: end, octets: UInt64(end) * 100, hasEnded: true), at: side == .source ? end : end + 3)
        }
    }

    @Test("stored as soon as it is complete, then once a window, and once at its end")
    func windows() throws {
        let run = Run()
        report(until: 212, endingAt: 215, to: run)
        run.advance(to: 300)
        let stored = try run.only()
        #expect(run.intervals.map(\.at) == [8, 62, 122, 182, 219])
        #expect(stored.intervals == 5 && stored.holds(octets: 21_500))
        #expect(run.intervals.map { $0.interval.record[unsigned: .octetDeltaCount] } == [700, 5299, 6000, 6000, 3501])
        #expect(run.intervals.map(\.interval.isConnectionChanged) == [true, false, false, false, false])
        #expect(stored.latest[unsigned: .flowEndReason] == 3)
    }

    @Test("the two nodes' ends, a poll apart, are in one interval")
    func oneEnd() throws {
        let run = Run()
        report(until: 7, to: run)
        run.receive(Sample(.source, end: 70, octets: 7000, hasEnded: true), at: 70)
        run.receive(Sample(.destination, end: 72, octets: 7200, hasEnded: true), at: 75)
        run.advance(to: 119)
        #expect(try run.only().intervals == 3 && run.only().holds(octets: 7200))
        #expect(run.intervals.map(\.at) == [8, 71, 76])
    }

    @Test("one node's end is stored without the other's, when that does not come")
    func endWithoutPeer() throws {
        let run = Run()
        report(until: 7, to: run)
        run.receive(Sample(.source, end: 70, octets: 7000, hasEnded: true), at: 70)
        run.advance(to: 82)
        #expect(try run.only().intervals == 3 && run.only().latest[unsigned: .flowEndReason] == 3)
    }

    @Test("an end without growth is told by a last interval of nothing")
    func endWithoutGrowth() throws {
        let run = Run()
        report(until: 7, to: run)
        for side in [Sample.Side.source, .destination] { run.receive(Sample(side, end: 7, octets: 700, hasEnded: true), at: 40) }
        run.advance(to: 60)
        let stored = try run.only()
        #expect(stored.intervals == 2 && stored.holds(octets: 700))
        #expect(stored.latest[unsigned: .flowEndReason] == 3)
        #expect(stored.latest[unsigned: .octetDeltaCount] == 0)
    }

    @Test("growth is spread over the windows that it spans, in proportion to time, by the record that crosses")
    func spread() throws {
        let run = Run()
        run.receive(Sample(.both, end: 10, octets: 1000, type: .intraNode), at: 10)
        run.receive(Sample(.both, end: 50, octets: 1100, type: .intraNode), at: 50)
        // 2000 octets in 20 s, half of them after the minute.
        run.receive(Sample(.both, end: 70, octets: 3100, type: .intraNode), at: 69)
        run.advance(to: 140)
        let records = run.intervals.map(\.interval.record)
        #expect(records.map { $0[unsigned: .octetDeltaCount] } == [1000, 1099, 1001])
        #expect(records.map { $0[time: .flowEndMilliseconds] } == [.at(10), .at(59.999), .at(70)])
        #expect(try run.only().holds(octets: 3100))
    }

    @Test("a record after a long silence makes three intervals at most, and loses nothing")
    func longSpan() throws {
        let run = Run { $0.idleTimeout = .seconds(86_400) }
        run.receive(Sample(.both, end: 10, octets: 1000, type: .intraNode), at: 10)
        run.receive(Sample(.both, end: 3610, octets: 361_000, hasEnded: true, type: .intraNode), at: 3611)
        run.advance(to: 3613)
        let records = run.intervals.map(\.interval.record)
        #expect(records.map { $0[time: .flowEndMilliseconds] } == [.at(10), .at(3539.999), .at(3599.999), .at(3610)])
        #expect(records.map { $0[unsigned: .octetDeltaCount] } == [1000, 352_999, 6000, 1001])
        #expect(records.map { $0[unsigned: .flowEndReason] } == [2, 2, 2, 3])
        #expect(try run.only().holds(octets: 361_000))
    }

    @Test("a late record that crosses no window changes no time of what is stored")
    func lateWithinWindow() throws {
        let run = Run()
        report(until: 62, to: run)
        run.receive(Sample(.source, end: 57, octets: 5700), at: 63)
        run.advance(to: 131)
        #expect(run.intervals.count == 3)
        #expect(try run.only().holds(octets: 6200))
    }

    @Test("a quiet connection has no interval")
    func quiet() throws {
        let run = Run()
        report(until: 12, to: run)
        run.advance(to: 170)
        #expect(run.intervals.count == 2 && run.mediator.statistics.intervals == 2)
        #expect(try run.only().holds(octets: 1200))
    }

    @Test("throughput is octets times eight by the seconds since the interval before")
    func throughput() throws {
        let run = Run()
        report(until: 57, to: run)
        run.advance(to: 71)
        let records = run.intervals.map(\.interval.record)
        #expect(records.count == 2)
        #expect(records[0][unsigned: .throughput] == 800 && records[0][unsigned: .reverseThroughput] == 1600)
        #expect(records[1][unsigned: .octetDeltaCount] == 5000 && records[1][unsigned: .throughput] == 800)
        #expect(
            records[1][unsigned: .throughputFromSourceNode] == 800 && records[1][unsigned: .reverseThroughputFromDestinationNode] == 1600)
    }

    @Test("an interval of no length has no throughput")
    func noLength() throws {
        let run = Run()
        run.receive(Sample(.both, start: 5, end: 5, octets: 100, type: .intraNode), at: 5)
        run.advance(to: 6)
        #expect(try run.only().latest.isKnown(.throughput) == false)
    }

    @Test("per-side deltas add up to per-side totals")
    func sides() throws {
        let run = Run()
        report(until: 150, to: run)
        run.advance(to: 200)
        let stored = try run.only()
        for scope in FlowCounter.Scope.allCases {
            for counter in FlowCounter.allCases {
                #expect(stored.sums[counter.delta(scope)] == stored.latest[unsigned: counter.total(scope)])
            }
        }
    }

    @Test("the first records of all are not delayed by a half that waits")
    func beforeTheFirstLook() {
        let run = Run()
        run.receive(Sample(.source, end: 0, octets: 100).with { $0.port = 1 })
        run.receive(Sample(.both, end: 0, octets: 100, type: .intraNode))
        run.advance(to: 1)
        #expect(run.intervals.map { $0.interval.record[unsigned: .sourceTransportPort] } == [40_000])
    }

    @Test("a clock that steps back delays what is due, and loses nothing")
    func stepBack() throws {
        let run = Run(at: 100)
        run.receive(Sample(.source, start: 90, end: 100, octets: 100))
        var due: [FlowInterval] = []
        run.mediator.expire(at: .at(95), into: &due)
        run.mediator.expire(at: .at(70), into: &due)
        #expect(due.isEmpty)
        run.advance(to: 112)
        #expect(try run.only().octets == 100)
    }

    @Test("a silence of hours is passed in one step")
    func longSilence() throws {
        let run = Run()
        run.receive(Sample(.source, end: 0, octets: 100))
        var due: [FlowInterval] = []
        run.mediator.expire(at: .at(1), into: &due)
        run.mediator.expire(at: .at(100_000), into: &due)
        #expect(due.count == 1 && run.mediator.connectionCount == 0)
    }
}
