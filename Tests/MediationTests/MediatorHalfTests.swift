// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// A half whose peer does not come, or comes late; connections that have one half only.
@Suite struct MediatorHalfTests {
    private func half(_ side: Sample.Side, end: Double = 5, octets: UInt64 = 1000) -> Sample { Sample(side, end: end, octets: octets) }

    @Test(
        "a half without peer is stored after the correlation timeout, marked, and completed when the peer comes",
        arguments: [(Sample.Side.source, Sample.Side.destination, Observation.sourceOnly), (.destination, .source, .destinationOnly)])
    func latepeer(first: Sample.Side, second: Sample.Side, mark: Observation) throws {
        let run = Run()
        run.receive(half(first), at: 5)
        run.advance(to: 14.9)
        #expect(run.connections.isEmpty)
        run.advance(to: 16)
        #expect(try run.only().observation == mark && run.only().octets == 1000)
        #expect(run.mediator.statistics.sourceOnly + run.mediator.statistics.destinationOnly == 1)

        run.receive(half(second), at: 40)
        run.advance(to: 71)
        let stored = try run.only()
        #expect(stored.observation == .complete && stored.holds(octets: 1000))
        #expect(stored.holds(octets: 1000, scope: .sourceNode) && stored.holds(octets: 1000, scope: .destinationNode))
        #expect(run.intervals.last?.interval.isConnectionChanged == true)
        #expect(run.intervals.last?.interval.record[unsigned: .octetDeltaCount] == 0)
    }

    @Test("a peer without counters completes the connection and adds nothing")
    func peerWithoutCounters() throws {
        let run = Run()
        run.receive(half(.source), at: 5)
        run.advance(to: 20)
        run.receive(half(.destination).saying { flow, _ in flow.forgetCounters() }, at: 25)
        run.advance(to: 71)
        #expect(try run.only().observation == .complete && run.only().holds(octets: 1000))
    }

    @Test("connections without counters have none, not zero")
    func uncounted() throws {
        let run = Run()
        for side in [Sample.Side.source, .destination] { run.receive(half(side).saying { flow, _ in flow.forgetCounters() }, at: 5) }
        run.advance(to: 10)
        let stored = try run.only()
        for counter in FlowCounter.allCases {
            for scope in FlowCounter.Scope.allCases {
                #expect(!stored.latest.isKnown(counter.total(scope)) && !stored.latest.isKnown(counter.delta(scope)))
            }
        }
        #expect(!stored.latest.isKnown(.throughput))
    }

    @Test("a record that only counts deltas is added up")
    func deltasOnly() throws {
        let run = Run()
        for end in [5.0, 10, 15] {
            run.receive(
                Sample(.both, end: end, octets: 0, type: .intraNode).saying { flow, _ in
                    flow.forgetCounters()
                    flow[unsigned: .octetDeltaCount] = 100
                }, at: end)
        }
        run.advance(to: 71)
        #expect(try run.only().octets == 300)
    }

    @Test("a connection within a node is complete with its one record")
    func intraNode() throws {
        let run = Run()
        run.receive(Sample(.both, end: 5, octets: 1000, type: .intraNode), at: 5)
        run.look()
        run.advance(to: 6)
        let stored = try run.only()
        #expect(stored.observation == .complete && stored.type == .intraNode)
        #expect(stored.holds(octets: 1000, scope: .sourceNode) && stored.holds(octets: 1000, scope: .destinationNode))
    }

    @Test(
        "a connection to or from outside is complete with its one half",
        arguments: [(Sample.Side.source, FlowType.toExternal), (.destination, .fromExternal)])
    func external(side: Sample.Side, type: FlowType) throws {
        let run = Run()
        run.receive(Sample(side, end: 5, octets: 1000, type: type), at: 5)
        run.advance(to: 6)
        #expect(try run.only().observation == .complete && run.only().type == type)
    }

    @Test(
        "where no exporter could tell, the type is told by the names once the peer is overdue",
        arguments: [(Sample.Side.source, FlowType.toExternal), (.destination, .fromExternal)])
    func unknownType(side: Sample.Side, type: FlowType) throws {
        let run = Run()
        run.receive(Sample(side, end: 5, octets: 1000, type: nil), at: 5)
        run.advance(to: 14)
        #expect(run.connections.isEmpty)
        run.advance(to: 16)
        #expect(try run.only().observation == .complete && run.only().type == type)
        #expect(run.mediator.statistics.sourceOnly + run.mediator.statistics.destinationOnly == 0)
    }

    @Test("a type that was guessed while a half was alone is put right when the other comes")
    func guessedType() throws {
        let run = Run()
        run.receive(Sample(.source, end: 5, octets: 1000, type: nil), at: 5)
        run.advance(to: 20)
        run.receive(Sample(.destination, end: 5, octets: 1000, type: nil), at: 25)
        run.advance(to: 71)
        #expect(try run.only().type == .interNode && run.only().observation == .complete)
    }

    @Test("two pods that the cluster names make it inter-node, and the missing half is missed")
    func typeByCluster() throws {
        let run = Run()
        run.tell(
            ClusterObjects(pods: [
                ClusterPod(name: "web", namespace: "shop", nodeName: "node2", labels: "{}", addresses: [.server], created: .at(-100))
            ]))
        run.receive(Sample(.source, end: 5, octets: 1000, type: nil), at: 5)
        run.advance(to: 20)
        let stored = try run.only()
        #expect(stored.type == .interNode && stored.observation == .sourceOnly)
        #expect(run.text(.destinationNodeName, of: stored.latest) == "node2")
    }

    @Test("two pods whose nodes nobody knows have no type")
    func typeWithoutNodes() throws {
        let run = Run()
        run.receive(
            Sample(.both, end: 5, octets: 1000, type: nil).saying { flow, _ in
                flow.forget(.sourceNodeName)
                flow.forget(.destinationNodeName)
            }, at: 5)
        run.advance(to: 20)
        #expect(try run.only().type == nil)
    }

    @Test("the end counts though the node that tells of it has a clock behind the other's")
    func endByClockBehind() throws {
        let run = Run()
        run.receive(Sample(.source, start: 5, end: 20, octets: 1000), at: 20)
        run.receive(Sample(.destination, start: 0, end: 16, octets: 1000, hasEnded: true), at: 21)
        run.advance(to: 100)
        #expect(try run.only().latest[unsigned: .flowEndReason] == 3)
    }

    @Test("what a connection lacks when it is stored first is told of the node that told of it, once")
    func gaps() throws {
        let run = Run()
        run.receive(half(.source), at: 5)
        run.advance(to: 30)
        let gaps = run.mediator.takeGaps()
        #expect(gaps.count == 1 && gaps.values.first?.halves == 1 && gaps.values.first?.unnamed == 1)
        #expect(gaps.keys.first.map { run.names.text(of: $0) } == "node1")
        run.receive(half(.destination, octets: 5000), at: 40)
        run.advance(to: 120)
        #expect(run.mediator.takeGaps().isEmpty)
    }

    @Test("a half that is forgotten before its peer is overdue is stored all the same")
    func forgottenEarly() throws {
        let run = Run {
            $0.inactiveTimeout = .seconds(5)
            $0.idleTimeout = .seconds(5)
            $0.correlationTimeout = .seconds(60)
        }
        run.receive(half(.source), at: 5)
        run.advance(to: 100)
        #expect(try run.only().octets == 1000 && run.only().observation == .sourceOnly)
        #expect(run.mediator.connectionCount == 0)
    }

    @Test("the larger of two sides' totals is the connection's", arguments: [(700, 1000), (1000, 700)] as [(UInt64, UInt64)])
    func larger(source: UInt64, destination: UInt64) throws {
        let run = Run()
        run.receive(half(.source, octets: source), at: 5)
        run.receive(half(.destination, octets: destination), at: 6)
        run.advance(to: 10)
        let stored = try run.only()
        #expect(stored.holds(octets: 1000))
        #expect(stored.holds(octets: source, scope: .sourceNode) && stored.holds(octets: destination, scope: .destinationNode))
    }
}
