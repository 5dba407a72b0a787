// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// Edges between ends of one kind.
struct FlowMap {
    let end: GroupDimension
    /// Source, destination, and what policies did.
    let grouping: Grouping

    struct Edge {
        /// Values of the end's columns.
        let source: [ResultValue]
        let destination: [ResultValue]
        var traffic: Traffic
        /// Connections that were dropped or rejected.
        var denied: Int
    }

    struct Result {
        /// Largest first.
        var edges: [Edge]
        let otherEdges: Int
        let others: Traffic?
        let totals: Traffic
        let halves: ObservedHalves
    }

    init(end: GroupDimension) {
        self.end = end
        let verdict = FlowColumn("VERDICT", [.ingressNetworkPolicyRuleAction, .egressNetworkPolicyRuleAction]) { _, _ in "" }
        grouping = Grouping(name: "map", dimensions: [end.fixed(true), end.fixed(false), GroupDimension(verdict)])
    }

    func edges(_ question: TopQuery, from source: any QuerySource) throws -> Result {
        var whole = question
        whole.limit = nil
        let result = try source.top(whole.grouped(by: grouping))
        let width = end.columns.count
        var edges: [[ResultValue]: Edge] = [:]
        var order: [[ResultValue]] = []
        for group in result.groups {
            let ends = Array(group.key.prefix(2 * width))
            let isDenied = group.key.suffix(2).contains { $0 == .integer(2) || $0 == .integer(3) }
            let denied = isDenied ? group.traffic.connections : 0
            if let edge = edges[ends] {
                edges[ends]?.traffic = edge.traffic + group.traffic
                edges[ends]?.denied += denied
            } else {
                order.append(ends)
                edges[ends] = Edge(
                    source: Array(ends.prefix(width)), destination: Array(ends.suffix(width)), traffic: group.traffic, denied: denied)
            }
        }
        // The store's order is by parts; this is by edges.
        var groups = order.compactMap { key in edges[key].map { TopResult.Group(key: key, traffic: $0.traffic) } }
        groups.sort(by: question.order)
        var cut = result
        cut.cut(groups, to: question.limit)
        return Result(
            edges: cut.groups.compactMap { edges[$0.key] }, otherEdges: cut.otherGroupCount, others: cut.others, totals: result.totals,
            halves: result.halves)
    }
}
