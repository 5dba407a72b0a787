// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// An exporter that was cut off says again what it said last, however long it was away: that must not count twice.
@Suite struct MediatorAwayTests {
    private func hear(_ nodes: [String], on run: Run, from: Double, to: Double) {
        var second = from
        while second <= to {
            run.advance(to: second)
            for node in nodes { run.mediator.hear(run.names.id(of: node), at: .at(second)) }
            second += 10
        }
    }

    private let ended = Sample(.both, end: 5, octets: 1000, hasEnded: true, type: .intraNode)

    @Test("what ended before a cut and is sent again after it is the same connection", arguments: [100.0, 600, 7200, 80_000])
    func cut(seconds: Double) throws {
        let run = Run()
        hear(["node1", "node2"], on: run, from: 0, to: 10)
        run.receive(ended, at: 10)
        hear(["node2"], on: run, from: 20, to: 10 + seconds)
        // It is back, and what was on its way goes first.
        hear(["node1", "node2"], on: run, from: 20 + seconds, to: 150 + seconds)
        run.receive(ended)
        run.flush()
        #expect(try run.only().octets == 1000)
    }

    @Test(
        "an exporter that is there all the time, or of which nobody tells, costs nothing: what has ended is forgotten",
        arguments: [true, false])
    func present(isHeard: Bool) {
        let run = Run()
        if isHeard { hear(["node1"], on: run, from: 0, to: 10) }
        run.receive(ended, at: 10)
        if isHeard { hear(["node1"], on: run, from: 20, to: 210) } else { run.advance(to: 210) }
        #expect(run.mediator.connectionCount == 0)
    }

    @Test("after its return an exporter's connections are forgotten as ever, and of one that never returns after a day")
    func forgotten() {
        let run = Run()
        hear(["node1"], on: run, from: 0, to: 10)
        run.receive(ended, at: 10)
        run.receive(ended.with { $0.port = 1 }.saying { flow, names in flow[name: .sourceNodeName] = names.id(of: "node9") }, at: 11)
        run.mediator.hear(run.names.id(of: "node9"), at: .at(11))
        run.advance(to: 1000)
        #expect(run.mediator.connectionCount == 2)
        hear(["node1"], on: run, from: 1000, to: 1200)
        #expect(run.mediator.connectionCount == 1)
        run.advance(to: 86_500)
        #expect(run.mediator.connectionCount == 0)
    }

    @Test("both nodes of a connection must have had the time")
    func bothNodes() throws {
        let run = Run()
        hear(["node1", "node2"], on: run, from: 0, to: 10)
        for side in [Sample.Side.source, .destination] { run.receive(Sample(side, end: 5, octets: 1000, hasEnded: true), at: 10) }
        hear(["node1"], on: run, from: 20, to: 500)
        run.receive(Sample(.destination, end: 5, octets: 1000, hasEnded: true))
        run.flush()
        #expect(try run.only().holds(octets: 1000))
    }

    @Test("connections that wait for their nodes do not push out those that live")
    func bounded() {
        let run = Run { $0.capacity = 20 }
        hear(["node1"], on: run, from: 0, to: 10)
        for port in 0..<20 as Range<UInt64> { run.receive(ended.with { $0.port = port }, at: 10) }
        run.advance(to: 1000)
        #expect(run.mediator.connectionCount <= 10 && run.mediator.statistics.evicted == 0)
    }

    @Test("a clock that is set does not make a node look away")
    func clock() {
        let run = Run()
        hear(["node1"], on: run, from: 0, to: 10)
        run.receive(ended, at: 10)
        run.set(clock: 3600)
        hear(["node1"], on: run, from: 3620, to: 3820)
        #expect(run.mediator.connectionCount == 0)
    }
}
