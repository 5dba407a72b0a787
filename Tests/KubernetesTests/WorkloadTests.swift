// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Mediation
import Testing

@testable import Kubernetes

@Suite("workloads of pods")
struct WorkloadTests {
    private func workload(_ owners: String, labels: String = "{}") throws -> ClusterWorkload? {
        let text = """
            {"kind": "Pod", "metadata": {"name": "p", "namespace": "n", "labels": \(labels), "ownerReferences": \(owners)}, "status": {"podIP": "10.0.0.3"}}
            """
        return try ObjectsFile(text: text, path: "x", at: Timestamp(seconds: 1)).objects.pods.first?.workload
    }

    @Test(
        "the controller's controller is known by the names that it gives",
        arguments: [
            ("ReplicaSet", "web-5d78c9869d", "Deployment", "web"), ("ReplicaSet", "by-hand", "ReplicaSet", "by-hand"),
            ("StatefulSet", "db", "StatefulSet", "db"), ("DaemonSet", "log", "DaemonSet", "log"),
            ("Job", "backup-29384710", "CronJob", "backup"), ("Job", "migrate-3", "Job", "migrate-3"),
            ("Job", "29384710", "Job", "29384710"),
        ])
    func controllers(kind: String, name: String, workloadKind: String, workloadName: String) throws {
        let found = try workload(
            "[{\"kind\": \"\(kind)\", \"name\": \"\(name)\", \"controller\": true}]", labels: "{\"pod-template-hash\": \"5d78c9869d\"}")
        #expect(found == ClusterWorkload(kind: workloadKind, name: workloadName))
    }

    @Test(
        "a static pod, an owner that does not control, and a pod on its own have none",
        arguments: [
            #"[{"kind": "Node", "name": "node1", "controller": true}]"#, #"[{"kind": "ReplicaSet", "name": "a", "controller": false}]"#,
            "[]",
            "null", #"[{"controller": true}]"#,
        ])
    func none(owners: String) throws {
        #expect(try workload(owners) == nil)
    }
}
