// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// A client from outside comes in by one node and is answered by a pod of another: the halves meet by what the proxy translated it to.
@Suite struct MediatorClientTests {
    private static let gateway = IPAddress(v4: 0x0A0A_0101)

    /// What the node says that the client came in by: it has neither pod.
    private static func entering(end: Double, octets: UInt64, hasEnded: Bool = false) -> Sample {
        Sample(.source, end: end, octets: octets, hasEnded: hasEnded, type: .fromExternal)
            .with {
                $0.source = .external
                $0.port = 50_000
                $0.sourcePod = nil
            }
            .saying { flow, _ in
                flow[address: .proxySnatIP] = gateway
                flow[unsigned: .proxySnatPort] = 61_000
                flow[address: .destinationServiceIP] = .service
                flow[unsigned: .destinationServicePort] = 30_080
            }
    }

    /// What the endpoint's node says: to it, the other node is the client.
    private static func answering(end: Double, octets: UInt64, hasEnded: Bool = false) -> Sample {
        Sample(.destination, end: end, octets: octets, hasEnded: hasEnded, type: .interNode).with {
            $0.source = gateway
            $0.port = 61_000
        }
    }

    private static let records = [
        entering(end: 5, octets: 1000), answering(end: 5, octets: 900), entering(end: 9, octets: 2000, hasEnded: true),
        answering(end: 9, octets: 1900, hasEnded: true),
    ]

    @Test("the halves meet in every order, and the client keeps its own address", arguments: MediatorOrderTests.permutations([0, 1, 2, 3]))
    func meets(order: [Int]) throws {
        for gap in [0, 12] as [Double] {
            let run = Run()
            for (step, index) in order.enumerated() { run.receive(Self.records[index], at: 10 + Double(step) * gap) }
            run.advance(to: 200)
            let stored = try run.only()
            #expect(stored.latest[address: .sourceIPAddress] == .external && stored.latest[unsigned: .sourceTransportPort] == 50_000)
            #expect(stored.latest[address: .proxySnatIP] == Self.gateway && stored.latest[unsigned: .proxySnatPort] == 61_000)
            #expect(stored.latest[address: .destinationServiceIP] == .service && stored.latest[unsigned: .destinationServicePort] == 30_080)
            #expect(run.text(.destinationPodName, of: stored.latest) == "web")
            #expect(stored.type == .fromExternal && stored.observation == .complete)
            #expect(stored.holds(octets: 2000) && stored.holds(octets: 1900, scope: .destinationNode))
        }
    }

    @Test("one half alone is stored, marked with which it is", arguments: [0, 1])
    func alone(index: Int) throws {
        let run = Run()
        run.receive(Self.records[index], at: 5)
        run.advance(to: 10)
        #expect(run.connections.isEmpty)
        run.advance(to: 20)
        #expect(try run.only().observation == (index == 0 ? .sourceOnly : .destinationOnly))
        #expect(try run.only().latest[address: .sourceIPAddress] == (index == 0 ? .external : Self.gateway))
    }

    @Test("where the endpoint is on the same node nothing is waited for")
    func sameNode() throws {
        let run = Run()
        run.receive(
            Self.entering(end: 5, octets: 1000).saying { flow, names in
                flow[name: .destinationPodName] = names.id(of: "web")
                flow[name: .destinationPodNamespace] = names.id(of: "shop")
                flow[name: .destinationNodeName] = names.id(of: "node1")
            }, at: 5)
        run.advance(to: 7)
        #expect(try run.only().observation == .complete && run.only().type == .fromExternal)
        #expect(try run.only().latest[address: .sourceIPAddress] == .external)
    }

    @Test("after a restart the connection goes on")
    func restart() throws {
        let run = try StoredRun()
        run.receive(Self.records[0], at: 10)
        run.receive(Self.records[1], at: 10)
        _ = try run.look(at: 12, crashingAt: 0, .afterCommit)
        run.receive(Self.records[2], at: 20)
        run.receive(Self.records[3], at: 20)
        _ = try run.look(at: 40)
        try run.flush(at: 41)
        #expect(run.resumed == 1)
        let rows = try run.rows([.sourceIPAddress, .octetTotalCount, .observation])
        #expect(Set(rows.map { $0[0] }).count == 1 && rows.count == 2)
    }
}
