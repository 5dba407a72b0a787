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

    /// - Parameter step: whole seconds.
    init(query: TopQuery, grouping: Grouping?, step: Duration, from source: any QuerySource) throws {
        self.query = query
        self.grouping = grouping
        let seconds = max(1, step.wholeMilliseconds / 1000)
        let asked = grouping.map { query.grouped(by: $0) } ?? query
        let question = SeriesQuery(asked, step: seconds)
        coarsest = question.coarsest
        let result = try source.series(question)
        whole = result.whole
        let moved = Dictionary(result.steps.map { ($0.start.seconds / seconds, $0) }) { first, _ in first }
        for range in query.range.steps(of: step) {
            let step = moved[range.from.seconds / seconds]
            let groups = grouping == nil ? [] : step?.groups ?? Array(repeating: nil, count: whole.groups.count)
            steps.append(Step(range: range, total: step?.total ?? Traffic(), groups: groups))
        }
    }
}
