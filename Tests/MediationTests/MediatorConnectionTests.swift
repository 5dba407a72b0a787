// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// What is one connection, and what is another.
@Suite struct MediatorConnectionTests {
    @Test("the same tuple with another start is another connection, at once and from both nodes")
    func reuse() throws {
        let run = Run()
        for (start, octets) in [(0.0, 1000), (60, 400)] as [(Double, UInt64)] {
            for side in [Sample.Side.source, .destination] {
                run.receive(Sample(side, start: start, end: start + 5, octets: octets, hasEnded: true), at: start + 6)
            }
        }
        run.advance(to: 100)
        #expect(run.connections.count == 2 && run.mediator.statistics.connections == 2)
        #expect(run.connections[1]?.holds(octets: 1000) == true && run.connections[2]?.holds(octets: 400) == true)
    }

    @Test("a tuple reused within the tolerance: each half goes to the connection whose start is its own", arguments: [false, true])
    func quickReuse(isReversed: Bool) throws {
        let first = [Sample(.source, start: 0, end: 4, octets: 1000), Sample(.destination, start: 0.2, end: 4, octets: 1000)]
        let second = [Sample(.source, start: 6, end: 9, octets: 50), Sample(.destination, start: 6.2, end: 9, octets: 50)]
        let run = Run()
        let late = isReversed ? [second[1], first[1]] : [first[1], second[1]]
        for half in [first[0], second[0]] + late { run.receive(half, at: 9) }
        run.advance(to: 71)
        #expect(run.connections.count == 2)
        #expect(run.connections[1]?.holds(octets: 1000) == true && run.connections[1]?.holds(octets: 1000, scope: .destinationNode) == true)
        #expect(run.connections[2]?.holds(octets: 50) == true && run.connections[2]?.holds(octets: 50, scope: .destinationNode) == true)
    }

    @Test("a late record of the earlier connection finds it behind the later one")
    func lateForEarlier() throws {
        let run = Run()
        run.receive(Sample(.both, start: 0, end: 5, octets: 1000, type: .intraNode), at: 6)
        run.receive(Sample(.both, start: 60, end: 65, octets: 400, type: .intraNode), at: 66)
        run.receive(Sample(.both, start: 0, end: 8, octets: 1500, hasEnded: true, type: .intraNode), at: 70)
        run.advance(to: 130)
        #expect(run.connections[1]?.octets == 1500 && run.connections[2]?.octets == 400)
    }

    @Test("starts in whole seconds are those in milliseconds, cut off")
    func wholeSeconds() throws {
        let run = Run()
        run.receive(Sample(.source, start: 0.9, end: 5.5, octets: 1000))
        run.receive(
            Sample(.source, start: 0.9, end: 9.5, octets: 2000).saying { flow, _ in
                for field in [FlowField.flowStartMilliseconds, .flowEndMilliseconds] { flow.forget(field) }
                flow[unsigned: .flowStartSeconds] = UInt64(Timestamp.at(0).seconds)
                flow[unsigned: .flowEndSeconds] = UInt64(Timestamp.at(9).seconds)
            })
        run.advance(to: 70)
        #expect(try run.only().octets == 2000)
    }

    @Test("clocks that differ by less than the tolerance do not part the halves", arguments: [-9.0, -3, 3, 9])
    func skew(seconds: Double) throws {
        let run = Run()
        run.receive(Sample(.source, start: 0, end: 1, octets: 100, hasEnded: true))
        run.receive(Sample(.destination, start: seconds, end: seconds + 1, octets: 100, hasEnded: true))
        run.advance(to: 20)
        #expect(try run.only().observation == .complete)
    }

    @Test("a node that began to look late joins the connection that goes on", arguments: [30.0, 100])
    func lateFirstSight(start: Double) throws {
        let run = Run()
        run.receive(Sample(.source, start: 0, end: 120, octets: 1000), at: 121)
        run.receive(Sample(.destination, start: start, end: 120, octets: 500), at: 121)
        run.advance(to: 130)
        #expect(try run.only().observation == .complete && run.only().holds(octets: 1000))
    }

    @Test("ports, protocols, addresses and ICMP types keep connections apart")
    func keys() {
        let run = Run()
        let base = Sample(.both, end: 5, octets: 100, type: .intraNode)
        let others = [
            base, base.with { $0.port = 40_001 }, base.with { $0.source = .external }, base.with { $0.destination = .external },
            base.saying { flow, _ in flow[unsigned: .protocolIdentifier] = 17 },
            base.saying { flow, _ in flow[unsigned: .icmpTypeCode] = 0x0800 },
            base.saying { flow, _ in flow[unsigned: .destinationTransportPort] = 80 },
        ]
        for other in others { run.receive(other) }
        #expect(run.mediator.connectionCount == others.count)
    }

    @Test("records that name no connection or no time are refused and counted")
    func refused() {
        let run = Run()
        for field in [FlowField.sourceIPAddress, .destinationIPAddress, .protocolIdentifier, .flowStartMilliseconds, .flowEndMilliseconds] {
            #expect(!run.receive(Sample(.source, end: 5, octets: 100).saying { flow, _ in flow.forget(field) }))
        }
        #expect(run.receive(Sample(.source, end: 5, octets: 100)))
        let statistics = run.mediator.statistics
        #expect(statistics.received == 6 && statistics.refused == 5 && statistics.opened == 1)
    }

    @Test("ports used again within a second are two connections, though exporters that send seconds would tell them no better")
    func reuseWithinSecond() throws {
        let run = Run()
        for (start, octets) in [(0.1, 1000), (0.5, 400), (0.9, 30)] as [(Double, UInt64)] {
            run.receive(Sample(.both, start: start, end: start + 0.3, octets: octets, hasEnded: true, type: .intraNode), at: start + 0.4)
        }
        run.advance(to: 20)
        #expect(run.connections.count == 3 && run.connections[1]?.octets == 1000 && run.connections[3]?.octets == 30)
    }

    @Test("a start that an exporter knows better after its own restart is of the same connection")
    func betterStart() throws {
        let run = Run()
        run.receive(Sample(.both, start: 0.2, end: 5, octets: 1000, type: .intraNode), at: 6)
        run.receive(Sample(.both, start: 0, end: 9, octets: 1500, type: .intraNode), at: 10)
        run.advance(to: 70)
        #expect(try run.only().octets == 1500)
    }

    @Test("records of times that cannot be are refused: they would make rows of the next century", arguments: [3601.0, 86_400, 4e9])
    func future(seconds: Double) {
        let run = Run()
        #expect(!run.receive(Sample(.source, end: seconds, octets: 100)))
        #expect(run.receive(Sample(.source, end: 3600, octets: 100)))
        #expect(run.mediator.statistics.fromTheFuture == 1 && run.mediator.statistics.refused == 1)
    }

    @Test("records that ended longer ago than is accepted change nothing any more, and are counted as late")
    func late() {
        let run = Run(at: 90_000) { $0.acceptedAge = .seconds(86_400) }
        #expect(!run.receive(Sample(.source, end: 3599, octets: 100)))
        #expect(run.receive(Sample(.source, end: 3600, octets: 100)))
        let statistics = run.mediator.statistics
        #expect(statistics.late == 1 && statistics.received == 2 && statistics.isBalanced)
    }

    @Test("times at the ends of what sixty-four bits hold stop nothing", arguments: [Int64.min, .min + 1, -1, .max - 1, .max])
    func hostileTimes(milliseconds: Int64) {
        let run = Run()
        for fields in [[FlowField.flowStartMilliseconds], [.flowEndMilliseconds], [.flowStartMilliseconds, .flowEndMilliseconds]] {
            for side in Sample.Side.allCases {
                run.receive(
                    Sample(side, end: 5, octets: 100).saying { flow, _ in
                        for field in fields { flow[time: field] = Timestamp(milliseconds: milliseconds) }
                    })
            }
        }
        run.receive(
            Sample(.source, end: 5, octets: 100).saying { flow, _ in
                flow.forget(.flowEndMilliseconds)
                flow[unsigned: .flowEndSeconds] = UInt64(bitPattern: milliseconds)
            })
        run.advance(to: 200)
        run.flush()
    }

    @Test("totals at the ends of what sixty-four bits hold stop nothing")
    func hostileTotals() {
        let run = Run()
        for octets in [UInt64.max, 0, .max / 2, .max] {
            run.receive(Sample(.source, end: 5, octets: 0).saying { flow, _ in flow[unsigned: .octetTotalCount] = octets })
            run.receive(
                Sample(.destination, end: 5, octets: 0).saying { flow, _ in
                    flow.forgetCounters()
                    flow[unsigned: .octetDeltaCount] = octets
                })
            run.advance(to: run.now + 61)
        }
    }

    @Test("the older name of the Service's address is taken where the newer is missing")
    func clusterAddress() throws {
        let run = Run()
        run.receive(
            Sample(.source, end: 5, octets: 100, type: .toExternal).saying { flow, _ in flow[address: .destinationClusterIP] = .service })
        run.advance(to: 10)
        let stored = try run.only()
        #expect(stored.latest[address: .destinationServiceIP] == .service && !stored.latest.isKnown(.destinationClusterIP))
    }
}
