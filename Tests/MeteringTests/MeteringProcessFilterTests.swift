// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Metering
import Testing

/// Which connections are metered; every observation is counted under one name.
@Suite struct MeteringProcessFilterTests {
    @Test("another zone, no mark and no local pod are passed over, each counted")
    func filters() {
        var node = Node { $0.capacity = 1 }
        let foreign = Connection.sample(from: .remote, to: .pod(2, 9))
        node.poll(
            [
                .sample(), .sample().with { $0.zone = 0 }, .sample().with { $0.zone = 100 }, .sample().with { $0.mark = 0x10 }, foreign,
                foreign,
                foreign.with { $0.zone = 0 }, .sample(port: 9),
            ], at: 0)
        let statistics = node.process.statistics
        #expect(statistics.metered == 1 && statistics.otherZone == 1 && statistics.correlated == 2 && statistics.notAccepted == 1)
        #expect(statistics.notLocal == 2 && statistics.overCapacity == 1)
        #expect(statistics.observed == 8)
    }

    @Test("both of Antrea's zones are metered, and any when none is given")
    func zones() {
        var node = Node()
        node.poll([.sample(), .sample().with { $0.zone = 65510 }], at: 0)
        #expect(node.process.statistics.metered == 2)
        var all = Node { $0.zones = [] }
        all.poll([.sample().with { $0.zone = 0 }, .sample().with { $0.zone = 9 }], at: 0)
        #expect(all.process.statistics.metered == 2)
    }

    @Test("any of the mask's bits accepts a connection, and no mask accepts all", arguments: [1, 2, 4, 8, 0x13] as [UInt32])
    func mark(mark: UInt32) {
        var node = Node()
        node.poll([.sample().with { $0.mark = mark }], at: 0)
        #expect(node.process.statistics.metered == 1)
        var all = Node { $0.acceptedMarkMask = 0 }
        all.poll([.sample().with { $0.mark = 0 }], at: 0)
        #expect(all.process.statistics.metered == 1)
    }

    @Test("a pod at either end is local: as source, as destination, as a Service's endpoint")
    func local() {
        var node = Node()
        let toService = Connection.sample(from: .external, to: .service).with { $0.reply.source = .server }
        node.poll([.sample(from: .client, to: .external), .sample(from: .remote, to: .server), toService], at: 0)
        #expect(node.process.statistics.metered == 3)
        var everyone = Node { $0.onlyLocalPods = false }
        everyone.poll([.sample(from: .remote, to: .external)], at: 0)
        #expect(everyone.process.statistics.metered == 1)
    }

    @Test("a pod that is gone still ends its connections, under the name they have")
    func podGone() {
        var node = Node()
        node.poll([.sample()], at: 0)
        node.process.update(pods: [], at: .at(4))
        let records = node.poll([.sample(state: .timeWait).counted(2)], at: 5)
        #expect(records.map(\.reason) == [.endOfFlow])
        #expect(node.text(.sourcePodName, of: records.first) == "client-1")
        node.poll([.sample(port: 2, start: .at(6))], at: 6)
        #expect(node.process.statistics.notLocal == 1)
    }

    @Test("a pod that its port names later is found then")
    func podLater() {
        var node = Node { $0.onlyLocalPods = false }
        node.process.update(pods: [], at: .at(-900))
        node.poll([.sample()], at: 0)
        node.process.update(pods: [.client], at: .at(3))
        #expect(node.text(.sourcePodName, of: node.poll([.sample()], at: 5).first) == "client-1")
    }

    @Test("a pod that is told after the first record has the connection reported again, with its type")
    func podAfterRecord() {
        var node = Node()
        node.process.update(pods: [.client], at: .at(-900))
        node.poll([.sample(to: .server)], at: 0)
        #expect(node.poll([.sample(to: .server)], at: 5).map(\.type) == [.interNode])
        node.process.update(pods: [.client, .server], at: .at(6))
        let records = node.expire(at: 10.1)
        #expect(records.map(\.type) == [.intraNode] && records.first?[unsigned: .octetDeltaCount] == 0)
        #expect(node.text(.destinationPodName, of: records.first) == "web-1")
        #expect(node.expire(at: 30).isEmpty)
    }

    @Test("a connection that is older than all word of pods is the present pod's")
    func olderThanPods() {
        var node = Node()
        node.poll([.sample(start: .at(-86_400))], at: 0)
        #expect(node.text(.sourcePodName, of: node.poll([.sample(start: .at(-86_400))], at: 5).first) == "client-1")
    }

    @Test("an address that went from one pod to another is each one's at its time")
    func podsInTurn() {
        var node = Node()
        let next = LocalPod(name: "next", namespace: "lab", addresses: [.client], interface: "next-1")
        node.process.update(pods: [next], at: .at(10))
        let records = node.poll([.sample(port: 1, start: .at(9)), .sample(port: 2, start: .at(11))], at: 12) + node.expire(at: 17.1)
        let names = records.sorted { $0[unsigned: .sourceTransportPort] ?? 0 < $1[unsigned: .sourceTransportPort] ?? 0 }
            .map { node.text(.sourcePodName, of: $0) }
        #expect(names == ["client-1", "next"])
    }

    @Test("protocols, networks and the gateway are filters, each with its count")
    func otherFilters() {
        var node = Node {
            $0.protocols = [6]
            $0.networks = ["10.10.0.0/16"].compactMap { IPPrefix($0) }
            $0.excludedNetworks = ["10.96.0.0/12"].compactMap { IPPrefix($0) }
            $0.gateways = [.gateway]
        }
        let outside = Connection.sample(from: .external, to: IPAddress(v4: 0x0808_0808))
        node.poll(
            [
                .sample(), .sample().with { $0.protocolIdentifier = 17 }, .sample(to: .service), outside, .sample(to: .gateway),
                .sample(to: .service, port: 9).with { $0.reply.source = .remote },
            ], at: 0)
        let statistics = node.process.statistics
        #expect(statistics.metered == 2 && statistics.otherProtocol == 1 && statistics.otherNetwork == 2 && statistics.toGateway == 1)
        #expect(statistics.observed == 6)
    }

    @Test("whatever comes, the counts add up to what was observed", arguments: [1, 2, 3] as [UInt64])
    func sums(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var node = Node { $0.capacity = 20 }
        var observed: UInt64 = 0
        for poll in 0..<40 {
            let connections = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                Connection.sample(
                    from: [.client, .server, .remote, .external].randomElement(using: &generator) ?? .client,
                    port: .random(in: 0...30, using: &generator)
                ).with {
                    $0.zone = [0, 65510, 65520].randomElement(using: &generator) ?? 0
                    $0.mark = .random(in: 0...17, using: &generator)
                }
            }
            observed += UInt64(connections.count)
            node.poll(connections, at: Double(poll))
            #expect(node.process.statistics.observed == observed)
            #expect(node.process.connectionCount <= 20)
        }
        #expect(node.process.statistics.records == UInt64(node.records.count))
    }
}
