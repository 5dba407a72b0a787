// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Mediation
import Testing

/// Forgetting: for lack of room, after a silence, and at the end of the program.
@Suite struct MediatorCapacityTests {
    @Test("at capacity a connection is stored before it is forgotten")
    func eviction() {
        let run = Run { $0.capacity = 3 }
        for port in 1...10 as ClosedRange<UInt64> { run.receive(Sample(.source, end: 5, octets: port * 100).with { $0.port = port }) }
        run.look()
        #expect(run.mediator.connectionCount == 3)
        #expect(run.mediator.statistics.evicted == 7 && run.connections.count == 7)
        #expect(run.connections.values.allSatisfy { $0.observation == .sourceOnly })
        run.advance(to: 30)
        #expect(run.connections.values.reduce(0) { $0 + $1.octets } == 5500)
    }

    @Test("the room is not always made by the newest: each has its time")
    func evictionGoesRound() {
        let run = Run { $0.capacity = 3 }
        for port in 1...9 as ClosedRange<UInt64> {
            run.receive(Sample(.source, end: 5, octets: 100).with { $0.port = port }, at: Double(port))
            run.look()
        }
        let evicted = run.intervals.compactMap { $0.interval.record[unsigned: .sourceTransportPort] }
        #expect(evicted == [1, 2, 3, 4, 5, 6])
    }

    @Test("a connection of which nothing is heard is forgotten, and counted nowhere twice")
    func inactive() {
        let run = Run()
        run.receive(Sample(.both, end: 5, octets: 100, hasEnded: true, type: .intraNode), at: 5)
        run.advance(to: 184)
        #expect(run.mediator.connectionCount == 1)
        run.advance(to: 187)
        #expect(run.mediator.connectionCount == 0 && run.intervals.count == 1)
    }

    @Test("a connection that has not ended is remembered while it is silent: it goes on where it was")
    func idle() throws {
        let run = Run()
        run.receive(Sample(.both, end: 5, octets: 100, type: .intraNode), at: 5)
        run.receive(Sample(.both, end: 1500, octets: 150, hasEnded: true, type: .intraNode), at: 1500)
        run.advance(to: 1600)
        #expect(try run.only().octets == 150)
        run.advance(to: 1700)
        #expect(run.mediator.connectionCount == 0)
    }

    @Test("a long connection that is heard of again after it was forgotten does not count from its beginning")
    func resumed() {
        let run = Run { $0.idleTimeout = .seconds(180) }
        for (second, octets, delta) in [(5, 1000, 1000), (400, 1300, 300), (800, 1350, 50)] as [(Double, UInt64, UInt64)] {
            for side in [Sample.Side.source, .destination] {
                run.receive(
                    Sample(side, end: second, octets: octets).saying { flow, _ in
                        for counter in FlowCounter.allCases {
                            flow[unsigned: counter.delta(.common)] = Sample.total(counter, octets: delta)
                        }
                    }, at: second)
            }
        }
        run.advance(to: 1100)
        #expect(run.connections.values.reduce(0) { $0 + $1.octets } == 1350)
        for field in [FlowField.octetDeltaCountFromSourceNode, .octetDeltaCountFromDestinationNode] {
            #expect(run.connections.values.reduce(0) { $0 + ($1.sums[field] ?? 0) } == 1350)
        }
    }

    @Test("a short connection whose first record was lost counts from its beginning")
    func firstRecordLost() throws {
        let run = Run()
        run.receive(
            Sample(.both, end: 15, octets: 3000, type: .intraNode).saying { flow, _ in
                for counter in FlowCounter.allCases { flow[unsigned: counter.delta(.common)] = Sample.total(counter, octets: 1000) }
            }, at: 15)
        run.advance(to: 20)
        #expect(try run.only().holds(octets: 3000))
    }

    @Test("a sender who invents starts of one tuple makes no chain without end, and loses no octet")
    func inventedStarts() {
        let run = Run()
        for step in 0..<100 {
            run.receive(Sample(.both, start: Double(step) * 20 - 2000, end: Double(step) * 20 - 1990, octets: 100, type: .intraNode))
        }
        #expect(run.mediator.connectionCount == 16 && run.mediator.statistics.evicted == 84)
        run.advance(to: 30)
        #expect(run.connections.count == 100 && run.connections.values.allSatisfy { $0.octets == 100 })
    }

    @Test("flush stores what is not stored, complete or not, once")
    func flush() {
        let run = Run()
        run.receive(Sample(.source, end: 5, octets: 100).with { $0.port = 1 })
        run.receive(Sample(.both, end: 5, octets: 100, type: .intraNode).with { $0.port = 2 })
        run.flush()
        #expect(run.connections.values.map(\.octets) == [100, 100])
        run.flush()
        run.advance(to: 30)
        #expect(run.intervals.count == 2)
    }

    @Test("numbers of connections go on from the store's")
    func firstConnection() {
        var names = NameTable(seed: 1)
        var mediator = Mediator(MediationConfiguration(), firstConnection: 500, names: &names)
        for port in [1, 2] as [UInt64] {
            _ = mediator.receive(Sample(.both, end: 5, octets: 1, type: .intraNode).with { $0.port = port }.record(&names), at: .at(5))
        }
        var due: [FlowInterval] = []
        mediator.flush(at: .at(6), into: &due)
        #expect(due.map(\.connection).sorted() == [500, 501])
    }

    @Test("the cluster's id is on every record")
    func clusterID() throws {
        let run = Run { $0.clusterID = "blue" }
        run.receive(Sample(.both, end: 5, octets: 1, type: .intraNode))
        run.advance(to: 6)
        #expect(try run.text(.clusterId, of: run.only().latest) == "blue")
    }
}
