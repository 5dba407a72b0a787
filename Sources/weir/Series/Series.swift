// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

/// Sums of a range's steps, of all flows and of the largest groups.
struct Series {
    let query: TopQuery
    let grouping: Grouping?
    /// Of the whole range: the groups that have columns, and the totals.
    let whole: TopResult
    private(set) var steps: [Step] = []

    struct Step {
        let range: TimeRange
        let total: Traffic
        /// In the order of the whole range's groups; nil for one that did nothing in this step.
        let groups: [Traffic?]
    }

    init(query: TopQuery, grouping: Grouping?, step: Duration, from source: any QuerySource) throws {
        self.query = query
        self.grouping = grouping
        let asked = grouping ?? Grouping(name: "all", dimensions: [])
        whole = try asked.answer(query, from: source)
        for range in query.range.steps(of: step) {
            var part = query
            part.range = range
            part.limit = nil
            let result = try asked.answer(part, from: source)
            let traffic = Dictionary(result.groups.map { ($0.key, $0.traffic) }) { first, _ in first }
            steps.append(Step(range: range, total: result.totals, groups: grouping == nil ? [] : whole.groups.map { traffic[$0.key] }))
        }
    }
}
