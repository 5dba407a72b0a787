// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// What the cluster tells, one change after another, and how flows are named by it.
@Suite struct ClusterChangeTests {
    private func pod(
        _ name: String, uid: String = "1", _ addresses: [IPAddress] = [.server], created: Double = 0, hostPorts: [UInt16]? = nil,
        ended: Double? = nil
    ) -> ClusterPod {
        ClusterPod(
            name: name, namespace: "shop", uid: uid, nodeName: "node2", labels: "{}",
            workload: ClusterWorkload(kind: "Deployment", name: "shop-front"), addresses: addresses,
            hostPorts: hostPorts?.map { ClusterPod.HostPort(port: $0, protocolIdentifier: 6) }, created: .at(created),
            ended: ended.map { .at($0) })
    }

    /// What a field says of a connection whose client's half alone is told, and which began at a second.
    private func told(_ run: Run, _ field: FlowField = .destinationPodName, startingAt start: Double) -> String? {
        let port = UInt64(10_000 + run.connections.count)
        run.receive(
            Sample(.source, start: start, end: start + 0.5, octets: 1).with { $0.port = port }.saying { flow, _ in
                flow[address: .destinationServiceIP] = .service
                flow[unsigned: .destinationServicePort] = 30080
            })
        run.advance(to: run.now + 15)
        let stored = run.connections.values.first { $0.latest[unsigned: .sourceTransportPort] == port }
        return stored.flatMap { run.text(field, of: $0.latest) }
    }

    private func apply(_ run: Run, _ changes: ClusterChange...) {
        for change in changes { run.mediator.apply(change, names: &run.names) }
    }

    @Test("a deleted pod still names the flows that began in its time, and its address names the next pod's at once")
    func movedWithinTwoSeconds() {
        let run = Run(at: 100)
        apply(run, .objects(ClusterObjects(pods: [pod("old")]), at: .at(50)))
        apply(run, .removed(.pods, namespace: "shop", name: "old", at: .at(60)))
        apply(run, .objects(ClusterObjects(pods: [pod("new", uid: "2", created: 59)]), at: .at(61.5)))
        #expect(told(run, startingAt: 59.9) == "old")
        #expect(told(run, startingAt: 60.1) == "new" && told(run, startingAt: 62) == "new")
    }

    @Test("a finished pod's address is free from its end on, while the object stays")
    func finished() {
        let run = Run(at: 100)
        apply(run, .objects(ClusterObjects(pods: [pod("job", ended: 20), pod("next", uid: "2", created: 15)]), at: .at(50)))
        #expect(told(run, startingAt: 14) == "job" && told(run, startingAt: 19) == "job" && told(run, startingAt: 20) == "next")
    }

    @Test("what a complete list does not name has gone, and a list that is begun again counts from there")
    func sweep() {
        let run = Run(at: 100)
        apply(run, .listing(.pods), .objects(ClusterObjects(pods: [pod("a", [.server]), pod("b", [.external])]), at: .at(1)))
        apply(run, .listed(.pods, at: .at(1)))
        apply(run, .listing(.pods), .objects(ClusterObjects(pods: [pod("a", [.server])]), at: .at(40)), .listing(.pods))
        #expect(run.mediator.identity.pods == 2)
        apply(run, .objects(ClusterObjects(pods: [pod("b", [.external])]), at: .at(41)), .listed(.pods, at: .at(41)))
        #expect(run.mediator.identity.pods == 1 && told(run, startingAt: 30) == "a" && told(run, startingAt: 45) == nil)
    }

    @Test("the same name with another uid is another pod: the one before has gone, if only that was not heard")
    func recreated() {
        let run = Run(at: 100)
        apply(run, .objects(ClusterObjects(pods: [pod("db-0", uid: "1", [.server])]), at: .at(10)))
        apply(run, .objects(ClusterObjects(pods: [pod("db-0", uid: "2", [.external], created: 50)]), at: .at(52)))
        #expect(told(run, startingAt: 40) == "db-0" && told(run, startingAt: 53) == nil)
    }

    @Test("a pod on the host's network is named by its ports; its node's address is the node's, not a pod's")
    func hostNetwork() {
        let run = Run(at: 100)
        let node = ClusterNode(name: "node2", addresses: [.server])
        let objects = ClusterObjects(pods: [pod("agent", hostPorts: [8080]), pod("other", uid: "2", hostPorts: [1])], nodes: [node])
        apply(run, .objects(objects, at: .at(10)))
        #expect(told(run, startingAt: 40) == "agent")
        apply(run, .removed(.pods, namespace: "shop", name: "agent", at: .at(50)))
        #expect(told(run, startingAt: 60) == nil && told(run, .destinationNodeName, startingAt: 61) == "node2")
        apply(run, .removed(.nodes, namespace: "", name: "node2", at: .at(70)))
        #expect(told(run, .destinationNodeName, startingAt: 71) == nil)
    }

    @Test("the workload comes with the pod")
    func workload() {
        let run = Run(at: 100)
        apply(run, .objects(ClusterObjects(pods: [pod("front-1")]), at: .at(10)))
        #expect(told(run, .destinationWorkloadKind, startingAt: 40) == "Deployment")
        #expect(
            told(run, .destinationWorkloadName, startingAt: 41) == "shop-front" && told(run, .sourceWorkloadName, startingAt: 42) == nil)
    }

    @Test("a NodePort is known on the addresses of nodes, whichever was told first, and Services that change give up what they had")
    func nodePorts() {
        let run = Run(at: 100)
        let port = ClusterService.Port(name: "http", port: 80, nodePort: 30080, protocolIdentifier: 6)
        let service = ClusterService(name: "web", namespace: "shop", addresses: [], ports: [port])
        apply(run, .objects(ClusterObjects(services: [service]), at: .at(1)))
        #expect(told(run, .destinationServicePortName, startingAt: 40) == nil)
        apply(run, .objects(ClusterObjects(nodes: [ClusterNode(name: "node9", addresses: [.service])]), at: .at(2)))
        #expect(told(run, .destinationServicePortName, startingAt: 41) == "shop/web:http")
        var changed = service
        changed.ports[0].nodePort = 30081
        apply(run, .objects(ClusterObjects(services: [changed]), at: .at(50)))
        #expect(
            told(run, .destinationServicePortName, startingAt: 51) == nil && told(run, .destinationServicePortName, startingAt: 49) != nil)
        apply(run, .listing(.services), .listed(.services, at: .at(60)))
        #expect(run.mediator.identity.services == 0)
    }
}
