// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

/// Sums of a range's steps, of all flows and of the largest groups.
struct Series {
    let query: TopQuery
    let grouping: Grouping?
    /// The coarsest resolution that tells all that is asked.
    let coarsest: Resolution
    /// Of the whole range: the groups that have columns, and the totals.
    let whole: TopResult
    private(set) var steps: [Step] = []

    struct Step {
        let range: TimeRange
        let total: Traffic
        /// In the order of the whole range's groups; nil for one that did nothing in this step.
        let groups: [Traffic?]
    }

    init(query: TopQuery, grouping: Grouping?, steps stepRanges: StepRanges, from source: any QuerySource) throws {
        self.query = query
        self.grouping = grouping
        let asked = grouping.map { query.grouped(by: $0) } ?? query
        let question = SeriesQuery(asked, stepRanges.asked)
        coarsest = question.coarsest
        let result = try source.series(question)
        whole = result.whole
        var moved = result.steps[...]
        for range in stepRanges.ranges {
            // Where the oldest are no longer kept, the first step begins late.
            let step = moved.first.flatMap { $0.start < range.to ? $0 : nil }
            if step != nil { moved.removeFirst() }
            let groups = grouping == nil ? [] : step?.groups ?? Array(repeating: nil, count: whole.groups.count)
            steps.append(Step(range: range, total: step?.total ?? Traffic(), groups: groups))
        }
    }
}
