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
        node.process.update(pods: [])
        let records = node.poll([.sample(state: .timeWait).counted(2)], at: 5)
        #expect(records.map(\.reason) == [.endOfFlow])
        #expect(node.text(.sourcePodName, of: records.first) == "client-1")
        node.poll([.sample(port: 2)], at: 6)
        #expect(node.process.statistics.notLocal == 1)
    }

    @Test("a pod that its port names later is found then")
    func podLater() {
        var node = Node { $0.onlyLocalPods = false }
        node.process.update(pods: [])
        node.poll([.sample()], at: 0)
        node.process.update(pods: [.client])
        #expect(node.text(.sourcePodName, of: node.poll([.sample()], at: 5).first) == "client-1")
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
