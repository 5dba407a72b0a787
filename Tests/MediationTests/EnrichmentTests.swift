// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// Names that the exporters could not know: from the cluster's objects and from other exporters' records.
@Suite struct EnrichmentTests {
    private func pod(_ name: String, _ address: IPAddress = .server, created: Double = -1000, labels: String = "{\"app\":\"web\"}")
        -> ClusterPod
    {
        ClusterPod(name: name, namespace: "shop", nodeName: "node2", labels: labels, addresses: [address], created: .at(created))
    }

    private func stored(_ sample: Sample, pods: [ClusterPod], services: [ClusterService] = [], in run: Run) throws -> Run.Stored {
        run.tell(ClusterObjects(pods: pods, services: services))
        run.receive(sample)
        run.advance(to: run.now + 20)
        return try run.only()
    }

    @Test("the cluster's pods name the other end, with node and labels")
    func clusterPods() throws {
        let run = Run()
        let stored = try stored(Sample(.source, end: 5, octets: 1), pods: [pod("web"), pod("client", .client, labels: "{}")], in: run)
        #expect(
            run.text(.destinationPodName, of: stored.latest) == "web" && run.text(.destinationPodNamespace, of: stored.latest) == "shop")
        #expect(run.text(.destinationNodeName, of: stored.latest) == "node2")
        #expect(run.text(.destinationPodLabels, of: stored.latest) == "{\"app\":\"web\"}")
        #expect(run.text(.sourceNodeName, of: stored.latest) == "node1")
    }

    @Test("another exporter's record names its pod for everyone, and for flows before it too")
    func learned() throws {
        let run = Run()
        run.receive(Sample(.destination, start: 3, end: 5, octets: 1).with { $0.port = 9 })
        run.receive(Sample(.source, start: 1, end: 5, octets: 1))
        run.advance(to: 30)
        let alone = try #require(run.connections.values.first { $0.latest[unsigned: .sourceTransportPort] == 40_000 })
        #expect(run.text(.destinationPodName, of: alone.latest) == "web" && run.text(.destinationNodeName, of: alone.latest) == "node2")
    }

    @Test("an address that moved belongs to whom it belonged when the connection began")
    func moved() throws {
        let run = Run()
        run.tell(ClusterObjects(pods: [pod("old", created: -1000), pod("new", created: 50, labels: "{\"app\":\"new\"}")]))
        run.receive(Sample(.source, start: 10, end: 15, octets: 1).with { $0.port = 1 }, at: 16)
        run.receive(Sample(.source, start: 49, end: 60, octets: 1).with { $0.port = 2 }, at: 61)
        run.receive(Sample(.source, start: 50, end: 60, octets: 1).with { $0.port = 3 }, at: 61)
        run.advance(to: 120)
        let names = run.connections.values.sorted {
            ($0.latest[unsigned: .sourceTransportPort] ?? 0) < ($1.latest[unsigned: .sourceTransportPort] ?? 0)
        }
        .map { run.text(.destinationPodName, of: $0.latest) }
        #expect(names == ["old", "old", "new"])
    }

    @Test("labels are those of the pod that the record names, or none")
    func labelsOfAnother() throws {
        let run = Run()
        let stored = try stored(Sample(.destination, end: 5, octets: 1), pods: [pod("successor", created: 1)], in: run)
        #expect(run.text(.destinationPodName, of: stored.latest) == "web")
        #expect(run.text(.destinationPodLabels, of: stored.latest) == nil)
    }

    @Test("when the node of a pod names it otherwise than the index did, the labels go with the name")
    func correctedName() throws {
        let run = Run()
        run.tell(ClusterObjects(pods: [pod("stale")]))
        run.receive(Sample(.source, end: 5, octets: 1), at: 5)
        run.advance(to: 20)
        #expect(try run.text(.destinationPodName, of: run.only().latest) == "stale")
        run.receive(Sample(.destination, end: 5, octets: 1), at: 21)
        run.advance(to: 71)
        let stored = try run.only()
        #expect(run.text(.destinationPodName, of: stored.latest) == "web" && run.text(.destinationPodLabels, of: stored.latest) == nil)
    }

    @Test("names that come late are added to what is stored, without an interval")
    func lateNames() throws {
        let run = Run()
        run.receive(Sample(.source, end: 5, octets: 100), at: 5)
        run.advance(to: 20)
        run.tell(ClusterObjects(pods: [pod("web")]))
        run.receive(Sample(.source, end: 25, octets: 200), at: 25)
        run.advance(to: 71)
        let stored = try run.only()
        #expect(run.text(.destinationPodName, of: stored.latest) == "web" && stored.octets == 200)
        #expect(run.intervals.last?.interval.isConnectionChanged == true)
    }

    @Test("a connection that is over is named when the cluster tells of its pod before the window closes, once, without an interval")
    func namedAfterwards() throws {
        let run = Run()
        run.tell(ClusterObjects(pods: [pod("client", .client)]))
        run.receive(Sample(.source, end: 5, octets: 100, hasEnded: true), at: 5)
        run.receive(Sample(.destination, end: 5, octets: 100, hasEnded: true), at: 5)
        run.advance(to: 8)
        #expect(try run.text(.destinationPodLabels, of: run.only().latest) == nil)
        run.tell(ClusterObjects(pods: [pod("web")]))
        run.advance(to: 10)
        let stored = try run.only()
        #expect(run.text(.destinationPodLabels, of: stored.latest) == "{\"app\":\"web\"}")
        #expect(stored.intervals == 1 && stored.amendments == 1 && stored.octets == 100)
        #expect(run.mediator.statistics.askedAgain == 1 && run.mediator.statistics.amended == 1)
        run.tell(ClusterObjects(pods: [pod("web")]))
        run.advance(to: 12)
        #expect(try run.only().amendments == 1)
    }

    @Test("names do not wait for growth, nor growth for names")
    func namedBeforeGrowth() throws {
        let run = Run()
        run.tell(ClusterObjects(pods: [pod("client", .client)]))
        for side in [Sample.Side.source, .destination] { run.receive(Sample(side, end: 5, octets: 100), at: 5) }
        run.advance(to: 8)
        for side in [Sample.Side.source, .destination] { run.receive(Sample(side, end: 10, octets: 300), at: 10) }
        run.tell(ClusterObjects(pods: [pod("web")]))
        run.advance(to: 12)
        let named = try run.only()
        #expect(run.text(.destinationPodLabels, of: named.latest) == "{\"app\":\"web\"}" && named.intervals == 1 && named.amendments == 1)
        run.advance(to: 75)
        #expect(try run.only().octets == 300 && run.only().intervals == 2)
    }

    @Test("once its window has closed a connection is not asked about again")
    func closedWindow() throws {
        let run = Run()
        run.tell(ClusterObjects(pods: [pod("client", .client)]))
        run.receive(Sample(.source, end: 5, octets: 100, hasEnded: true), at: 5)
        run.receive(Sample(.destination, end: 5, octets: 100, hasEnded: true), at: 5)
        run.advance(to: 75)
        run.tell(ClusterObjects(pods: [pod("web")]))
        run.advance(to: 80)
        #expect(try run.only().amendments == 0 && run.mediator.statistics.askedAgain == 0)
    }

    @Test("a place that is another connection's since is not taken for the one that waited")
    func reusedPlace() throws {
        let run = Run { $0.inactiveTimeout = .seconds(2) }
        run.tell(ClusterObjects(pods: [pod("client", .client)]))
        for side in [Sample.Side.source, .destination] { run.receive(Sample(side, end: 5, octets: 100, hasEnded: true), at: 5) }
        run.advance(to: 9)
        for side in [Sample.Side.source, .destination] {
            run.receive(Sample(side, start: 8, end: 9, octets: 7, hasEnded: true).with { $0.destination = .service }, at: 9)
        }
        run.advance(to: 10)
        run.tell(ClusterObjects(pods: [pod("web")]))
        run.advance(to: 11)
        #expect(run.connections.values.allSatisfy { $0.amendments == 0 } && run.connections.count == 2)
    }

    @Test("an exporter that was started again names the present pod of an address; the connection keeps the one that it began with")
    func restartedExporter() throws {
        let run = Run()
        run.tell(ClusterObjects(pods: [pod("web", created: -1000), pod("client", .client)]))
        run.receive(Sample(.source, end: 5, octets: 100), at: 5)
        run.receive(Sample(.destination, end: 5, octets: 100), at: 5)
        run.advance(to: 20)
        run.tell(ClusterObjects(pods: [pod("successor", created: 30, labels: "{}")]))
        run.receive(Sample(.destination, end: 65, octets: 200).with { $0.destinationPod = "successor" }, at: 65)
        run.receive(Sample(.source, end: 65, octets: 200), at: 65)
        run.advance(to: 140)
        let stored = try run.only()
        #expect(run.text(.destinationPodName, of: stored.latest) == "web" && stored.octets == 200)
        #expect(run.text(.destinationPodLabels, of: stored.latest) == "{\"app\":\"web\"}")
        #expect(run.mediator.statistics.contradicted == 1)
        // What the successor has really begun is its own.
        run.receive(Sample(.destination, start: 50, end: 141, octets: 1).with { ($0.destinationPod, $0.port) = ("successor", 2) }, at: 141)
        run.advance(to: 160)
        #expect(run.connections.values.contains { run.text(.destinationPodName, of: $0.latest) == "successor" })
    }

    @Test("who had an address before the first pod that anybody knows of is not known")
    func beforeAnybody() throws {
        let run = Run()
        run.tell(ClusterObjects(pods: [pod("successor", created: 100), pod("client", .client)]))
        run.receive(Sample(.destination, start: 1, end: 105, octets: 1).with { $0.destinationPod = "successor" }, at: 106)
        run.receive(Sample(.source, start: 1, end: 105, octets: 1), at: 106)
        run.advance(to: 120)
        let stored = try run.only()
        #expect(run.text(.destinationPodName, of: stored.latest) == nil && run.text(.destinationNodeName, of: stored.latest) == "node2")
        #expect(run.text(.sourcePodName, of: stored.latest) == "client" && stored.observation == .complete)
    }

    @Test("pods for whose names there is no room are not mistaken for each other, and are counted")
    func noRoomForNames() throws {
        let run = Run()
        run.names = NameTable(capacity: 12, seed: 11)
        let many = (0..<20).map { pod("pod-\($0)", IPAddress(v4: 0x0A0A_0300 + UInt32($0)), labels: "{\"number\":\"\($0)\"}") }
        run.tell(ClusterObjects(pods: many))
        #expect(run.names.count == 12 && run.mediator.identity.unnamed > 0)
        run.receive(Sample(.source, end: 5, octets: 1).with { $0.destination = IPAddress(v4: 0x0A0A_0300 + 19) }, at: 5)
        run.advance(to: 20)
        let stored = try run.only()
        #expect(run.text(.destinationPodName, of: stored.latest) == nil && run.text(.destinationPodLabels, of: stored.latest) == nil)
        #expect(run.text(.sourcePodName, of: stored.latest) == NameTable.tooManyText)
        #expect(run.text(.sourcePodLabels, of: stored.latest) == nil)
    }

    @Test("the Service behind a dialled address, port and protocol has a name")
    func service() throws {
        let run = Run()
        let services = [
            ClusterService(
                name: "web", namespace: "shop", addresses: [.service],
                ports: [
                    ClusterService.Port(name: "http", port: 80, protocolIdentifier: 6),
                    ClusterService.Port(name: "dns", port: 80, protocolIdentifier: 17),
                ])
        ]
        let dialled = Sample(.source, end: 5, octets: 1).saying { flow, _ in
            flow[address: .destinationServiceIP] = .service
            flow[unsigned: .destinationServicePort] = 80
        }
        let stored = try stored(dialled, pods: [], services: services, in: run)
        #expect(run.text(.destinationServicePortName, of: stored.latest) == "shop/web:http")
    }

    @Test("the name that the exporter gave the Service stays")
    func exportersService() throws {
        let run = Run()
        let dialled = Sample(.source, end: 5, octets: 1).saying { flow, names in
            flow[address: .destinationServiceIP] = .service
            flow[unsigned: .destinationServicePort] = 80
            flow[name: .destinationServicePortName] = names.id(of: "mine")
        }
        let services = [
            ClusterService(
                name: "web", namespace: "shop", addresses: [.service],
                ports: [ClusterService.Port(name: "http", port: 80, protocolIdentifier: 6)])
        ]
        let stored = try stored(dialled, pods: [], services: services, in: run)
        #expect(run.text(.destinationServicePortName, of: stored.latest) == "mine")
    }
}
