// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@Suite struct WorkloadNameTests {
    private static let names = [
        ("web-7d9f8c6b5d-x2v4z", "web"), ("coredns-5dd5756b68-2wvkb", "coredns"), ("db-0", "db"), ("db-12", "db"),
        ("antrea-agent-x2v4z", "antrea-agent"),
        ("backup-28391040-q8xzn", "backup-28391040"), ("web", "web"), ("web-1a", "web-1a"), ("my-app", "my-app"), ("", ""),
    ]

    @Test("the workload is what is left without hash, suffix and ordinal", arguments: names)
    func workload(pod: String, workload: String) {
        #expect(WorkloadName.workload(ofPod: pod) == workload)
    }

    @Test("the filter's word finds the pods of a workload", arguments: names.filter { !$0.0.isEmpty })
    func filter(pod: String, workload: String) throws {
        var names = NameTable(seed: 1)
        var record = FlowRecord()
        record[name: .destinationPodName] = names.id(of: pod)
        #expect(try FlowFilter(parsing: "workload \(workload)").holds(for: record, names))
    }
}
