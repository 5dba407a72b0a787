// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Mediation
import Testing

struct NodeClaimTests {
    private struct Row: Sendable {
        let source, destination: String?
        var sourcePod: String?
        /// What the names of the nodes are afterwards; nil when the record is refused.
        let refusing: [String?]?
        let relabelling: [String?]
    }

    private static let rows = [
        Row(source: "a", destination: nil, refusing: ["a", nil], relabelling: ["a", nil]),
        Row(source: nil, destination: "a", refusing: [nil, "a"], relabelling: [nil, "a"]),
        Row(source: "a", destination: "a", refusing: ["a", "a"], relabelling: ["a", "a"]),
        Row(source: nil, destination: nil, refusing: [nil, nil], relabelling: [nil, nil]),
        Row(source: "b", destination: nil, refusing: nil, relabelling: ["a", nil]),
        Row(source: "a", destination: "b", refusing: nil, relabelling: ["a", "a"]),
        Row(source: nil, destination: "b", refusing: nil, relabelling: [nil, "a"]),
        Row(source: nil, destination: nil, sourcePod: "web", refusing: ["a", nil], relabelling: ["a", nil]),
    ]

    @Test("a record may name the certificate's node and no other", arguments: rows.indices)
    func settles(index: Int) {
        let row = Self.rows[index]
        var names = NameTable(seed: 1)
        var flow = FlowRecord()
        flow[name: .sourceNodeName] = row.source.map { names.id(of: $0) }
        flow[name: .destinationNodeName] = row.destination.map { names.id(of: $0) }
        flow[name: .sourcePodName] = row.sourcePod.map { names.id(of: $0) }
        let node = names.id(of: "a")
        func settled(_ mismatch: NodeClaim.Mismatch) -> [String?]? {
            var settled = flow
            guard NodeClaim(node: node, mismatch: mismatch).settle(&settled) else { return nil }
            return [FlowField.sourceNodeName, .destinationNodeName].map { settled[name: $0].map { names.text(of: $0) } }
        }
        #expect(settled(.refuse) == row.refusing)
        #expect(settled(.relabel) == row.relabelling)
    }

    @Test(
        "statistics may name the certificate's node and no other, and those that name none are of that node",
        arguments: [("a", "a", "a"), (nil, "a", "a"), ("b", nil, "a")] as [(String?, String?, String?)])
    func settlesStatistics(claimed: String?, refusing: String?, relabelling: String?) {
        var names = NameTable(seed: 1)
        var record = StatisticsRecord(.policyRule)
        record[name: .sourceNodeName] = claimed.map { names.id(of: $0) }
        let node = names.id(of: "a")
        func settled(_ mismatch: NodeClaim.Mismatch) -> String? {
            var settled = record
            guard NodeClaim(node: node, mismatch: mismatch).settle(&settled) else { return nil }
            return settled[name: .sourceNodeName].map { names.text(of: $0) }
        }
        #expect(settled(.refuse) == refusing)
        #expect(settled(.relabel) == relabelling)
    }
}
