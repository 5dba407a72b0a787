// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// Edges between ends of one kind.
struct FlowMap {
    let end: GroupDimension
    /// Source and destination.
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
        grouping = Grouping(name: "map", dimensions: [end.fixed(true), end.fixed(false)])
    }

    /// Asks twice: for the edges, and, since those are few, for all that have denied connections.
    func edges(_ question: TopQuery, from source: any QuerySource) throws -> Result {
        let result = try source.top(question.grouped(by: grouping))
        var denying = question.grouped(by: grouping)
        denying.limit = nil
        denying.filter = .all(of: [question.filter, try FlowFilter(parsing: "denied")])
        let denied = Dictionary(try source.top(denying).groups.map { ($0.key, $0.traffic.connections) }) { first, _ in first }
        let width = end.columns.count
        return Result(
            edges: result.groups.map {
                Edge(
                    source: Array($0.key.prefix(width)), destination: Array($0.key.suffix(width)), traffic: $0.traffic,
                    denied: denied[$0.key] ?? 0)
            }, otherEdges: result.otherGroupCount, others: result.others, totals: result.totals, halves: result.halves)
    }
}
