// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Mediation
import Testing

/// Halves merge in any order, at any distance, however often they come.
@Suite struct MediatorOrderTests {
    static let events: [Sample] = [
        Sample(.source, end: 5, octets: 1000), Sample(.destination, end: 6, octets: 900),
        Sample(.source, end: 9, octets: 5000, hasEnded: true),
        Sample(.destination, end: 10, octets: 5200, hasEnded: true), Sample(.source, end: 5, octets: 1000),
    ]

    static let orders = permutations(Array(events.indices))

    static func permutations(_ elements: [Int]) -> [[Int]] {
        guard elements.count > 1 else { return [elements] }
        return elements.indices.flatMap { index in
            var rest = elements
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    /// Together in one look, a second apart, and so far apart that each is stored alone first.
    @Test("every order of halves, ends and a duplicate is stored as the same connection", arguments: [0, 1, 12] as [Double])
    func everyOrder(gap: Double) throws {
        #expect(Self.orders.count == 120)
        for order in Self.orders {
            let run = Run()
            for (step, index) in order.enumerated() {
                if gap > 0 { run.advance(to: 10 + Double(step) * gap) }
                run.receive(Self.events[index])
            }
            run.advance(to: 200)
            let stored = try run.only()
            #expect(stored.holds(octets: 5200), "\(order)")
            #expect(stored.holds(octets: 5000, scope: .sourceNode) && stored.holds(octets: 5200, scope: .destinationNode), "\(order)")
            #expect(stored.observation == .complete && stored.type == .interNode, "\(order)")
            #expect(run.text(.sourcePodName, of: stored.latest) == "client" && run.text(.destinationPodName, of: stored.latest) == "web")
            #expect(run.text(.sourceNodeName, of: stored.latest) == "node1" && run.text(.destinationNodeName, of: stored.latest) == "node2")
            #expect(stored.latest[unsigned: .flowEndReason] == 3 && stored.latest[time: .flowEndMilliseconds] == .at(10))
            #expect(stored.latest[time: .flowStartMilliseconds] == .at(0))
            #expect(stored.latest[unsigned: .flowEndSecondsFromSourceNode] == UInt64(Timestamp.at(9).seconds))
            #expect(stored.latest[unsigned: .flowEndSecondsFromDestinationNode] == UInt64(Timestamp.at(10).seconds))
        }
    }

    @Test("the types that two nodes tell alone do not depend on who comes first: two nodes make it inter-node", arguments: [false, true])
    func typeOfTwoSides(isReversed: Bool) throws {
        let halves = [
            Sample(.source, end: 5, octets: 100, type: .toExternal), Sample(.destination, end: 5, octets: 100, type: .fromExternal),
        ]
        let run = Run()
        for half in isReversed ? halves.reversed() : halves { run.receive(half, at: run.now + 6) }
        run.advance(to: 71)
        #expect(try run.only().type == .interNode)
    }

    @Test("each side's word on its own pod counts most, whoever comes first", arguments: [false, true])
    func authority(isReversed: Bool) throws {
        let halves = [
            Sample(.source, end: 5, octets: 100).saying { flow, names in flow[address: .destinationServiceIP] = .service },
            Sample(.destination, end: 5, octets: 100).saying { flow, names in
                flow[address: .destinationServiceIP] = .external
                flow[name: .egressName] = names.id(of: "egress-a")
            },
        ]
        let run = Run()
        for half in isReversed ? halves.reversed() : halves { run.receive(half) }
        run.advance(to: 30)
        let stored = try run.only()
        #expect(stored.latest[address: .destinationServiceIP] == .service)
        #expect(run.text(.egressName, of: stored.latest) == "egress-a")
    }

    @Test("a repeated record changes no sum and stores nothing", arguments: [2, 5])
    func repetition(times: Int) throws {
        let run = Run()
        for half in Self.events[..<2] { run.receive(half, at: 10) }
        run.advance(to: 30)
        let before = run.intervals.count
        for step in 0..<times {
            for half in Self.events[..<2] { run.receive(half, at: 30 + Double(step) * 20) }
        }
        run.advance(to: 150)
        #expect(run.intervals.count == before)
        #expect(try run.only().holds(octets: 1000))
    }

    @Test("a late record of an earlier time changes no sum")
    func late() throws {
        let run = Run()
        run.receive(Sample(.source, end: 20, octets: 9000), at: 20)
        run.receive(Sample(.destination, end: 20, octets: 9000), at: 20)
        run.advance(to: 25)
        run.receive(Sample(.source, end: 5, octets: 1000), at: 30)
        run.advance(to: 100)
        let stored = try run.only()
        #expect(stored.holds(octets: 9000) && stored.latest[time: .flowEndMilliseconds] == .at(20))
    }
}
