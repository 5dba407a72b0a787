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
