// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Mediation
import Testing

@testable import Kubernetes

@Suite("files of Kubernetes objects")
struct ObjectsFileTests {
    private let now = Timestamp(seconds: 1_704_153_600)
    private let list = """
        {"apiVersion": "v1", "kind": "List", "items": [
          {"kind": "Node", "metadata": {"name": "node1"}, "status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.1"}, {"type": "Hostname", "address": "node1"}]}},
          {"kind": "Pod", "metadata": {"name": "web", "namespace": "lab", "creationTimestamp": "2024-01-01T00:00:10Z", "labels": {"tier": "a\\"b", "app": "web"}},
           "spec": {"nodeName": "node1"}, "status": {"phase": "Running", "podIP": "10.0.0.3", "podIPs": [{"ip": "10.0.0.3"}, {"ip": "fd00::3"}]}},
          {"kind": "Pod", "metadata": {"name": "host", "namespace": "lab"}, "spec": {"hostNetwork": true, "containers": [{"ports": [{"containerPort": 9100}]}]}, "status": {"phase": "Running", "podIP": "192.0.2.1"}},
          {"kind": "Pod", "metadata": {"name": "done", "namespace": "lab"}, "status": {"phase": "Succeeded", "podIP": "10.0.0.4", "containerStatuses": [{"state": {"terminated": {"finishedAt": "2024-01-01T00:05:00Z"}}}]}},
          {"kind": "Pod", "metadata": {"name": "nameless"}, "status": {"phase": "Running", "podIP": "10.0.0.5"}},
          {"kind": "Service", "metadata": {"name": "web", "namespace": "lab"}, "spec": {"clusterIPs": ["10.96.0.10", "fd00:96::10"], "externalIPs": ["198.51.100.7"],
           "ports": [{"name": "http", "port": 80, "nodePort": 30080}, {"port": 53, "protocol": "UDP"}, {"port": 70000}]}, "status": {"loadBalancer": {"ingress": [{"ip": "198.51.100.8"}, {"hostname": "lb.example"}]}}},
          {"kind": "Service", "metadata": {"name": "headless", "namespace": "lab"}, "spec": {"clusterIP": "None", "ports": [{"port": 1}]}}
        ]}
        """

    @Test("pods keep their addresses, node, labels and beginning")
    func readsPods() throws {
        let pods = try ObjectsFile(text: list, path: "objects.json", at: now).objects.pods
        #expect(pods.map(\.name) == ["web", "host", "done"])
        let pod = try #require(pods.first)
        #expect(pod.nodeName == "node1" && pod.hostPorts == nil && pod.ended == nil)
        #expect(pod.labels == #"{"app":"web","tier":"a\"b"}"#)
        #expect(pod.addresses == [IPAddress("10.0.0.3"), IPAddress("fd00::3")])
        #expect(pod.created == Timestamp(year: 2024, month: 1, day: 1, second: 10))
    }

    @Test("a host-network pod has its node's ports, and a finished one has ended")
    func readsSpecialPods() throws {
        let pods = try ObjectsFile(text: list, path: "objects.json", at: now).objects.pods
        #expect(pods[1].hostPorts == [ClusterPod.HostPort(port: 9100, protocolIdentifier: 6)])
        #expect(pods[2].ended == Timestamp(year: 2024, month: 1, day: 1, minute: 5))
    }

    @Test("a pod without what is needed of it is counted")
    func countsSkipped() throws {
        #expect(try ObjectsFile(text: list, path: "objects.json", at: now).skipped == 1)
    }

    @Test("a Service is found by every address and port that leads to it")
    func readsServices() throws {
        let services = try ObjectsFile(text: list, path: "objects.json", at: now).objects.services
        let web = try #require(services.first)
        #expect(web.addresses == [IPAddress("10.96.0.10"), IPAddress("fd00:96::10"), IPAddress("198.51.100.7"), IPAddress("198.51.100.8")])
        #expect(
            web.ports == [
                ClusterService.Port(name: "http", port: 80, nodePort: 30080, protocolIdentifier: 6),
                ClusterService.Port(port: 53, protocolIdentifier: 17),
            ])
        #expect(web.ports.map(web.portName) == ["lab/web:http", "lab/web"])
        #expect(services.last?.name == "headless" && services.last?.addresses == [])
    }

    @Test(
        "YAML, a single object and a typed list read the same",
        arguments: [
            "kind: Pod\nmetadata: {name: web, namespace: lab}\nstatus: {podIP: 10.0.0.3}\n",
            "kind: PodList\nitems:\n- metadata: {name: web, namespace: lab}\n  status: {podIP: 10.0.0.3}\n",
        ])
    func readsOtherForms(text: String) throws {
        #expect(try ObjectsFile(text: text, path: "objects.yaml", at: now).objects.pods.map(\.name) == ["web"])
    }

    @Test("a file that is not YAML is refused with its line")
    func refusesGarbage() throws {
        let error = #expect(throws: ObjectsFileError.self) { try ObjectsFile(text: "kind: [\n  oops: {", path: "objects.json", at: now) }
        #expect("\(try #require(error))".hasPrefix("objects.json:"), "\(String(describing: error))")
    }

    @Test("a file beyond the limit is refused")
    func refusesLargeFile() throws {
        #expect(throws: ObjectsFileError.self) { try FileText.read(#filePath, limit: 100) }
        #expect(try FileText.read(#filePath, limit: 1 << 20).contains("refusesLargeFile"))
    }

    @Test(
        "deep nesting is refused, and aliases of aliases cost nothing",
        arguments: [
            String(repeating: "[", count: 100_000), "kind: Pod\nspec: " + String(repeating: "{a: ", count: 50_000),
            (0..<30).reduce("a0: &a0 [x]\n") { $0 + "a\($1 + 1): &a\($1 + 1) [*a\($1), *a\($1), *a\($1), *a\($1)]\n" },
        ])
    func refusesNesting(text: String) {
        #expect(throws: ObjectsFileError.self) { try ObjectsFile(text: text, path: "objects.yaml", at: now) }
    }

    @Test("a file without objects, a directory and a missing file are refused", arguments: ["/", "/nowhere/objects.json"])
    func refusesUnreadable(path: String) {
        #expect(throws: ObjectsFileError.self) { try ObjectsFile(path: path, at: now) }
        #expect(throws: ObjectsFileError.noObjects(path: "x")) { try ObjectsFile(text: "a: 1\n", path: "x", at: now) }
    }
}
