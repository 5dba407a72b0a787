// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

/// A ranking with what there is to say of each group besides its sums.
struct TopRanking {
    let grouping: Grouping
    let result: TopResult
    /// The coarsest resolution that tells all that is asked.
    let coarsest: Resolution
    /// The sums of the compared range by key; nil when nothing is compared.
    private(set) var before: [[ResultValue]: Traffic]?
    private(set) var totalsBefore: Traffic?
    /// What the order compares, of each group in each part of the range; nil when no course is asked for.
    private(set) var courses: [[UInt64?]]?

    /// Steps that a course is drawn in, at most, but for a part of one at either end.
    static let courseLength = 24

    init(grouping: Grouping, query: TopQuery, from source: any QuerySource, comparedTo span: Duration?, hasSeries: Bool) throws {
        self.grouping = grouping
        let query = query.grouped(by: grouping)
        if hasSeries {
            let step = query.range.courseStep
            let question = SeriesQuery(query, step: step)
            coarsest = question.coarsest
            let series = try source.series(question)
            result = series.whole
            let steps = Dictionary(series.steps.map { ($0.start.seconds / step, $0.groups) }) { first, _ in first }
            let starts = query.range.steps(of: .seconds(step)).map { $0.from.seconds / step }
            courses = result.groups.indices.map { group in starts.map { steps[$0]?[group]?.measure(query.order) } }
        } else {
            coarsest = query.coarsest
            result = try source.top(query)
        }
        if let span {
            var earlier = query
            earlier.limit = nil
            earlier.range = query.range.moved(back: span)
            let answer = try source.top(earlier)
            before = Dictionary(answer.groups.map { ($0.key, $0.traffic) }) { first, _ in first }
            totalsBefore = answer.totals
        }
    }
}

extension TimeRange {
    /// Seconds of a step, of which `TopRanking.courseLength` or fewer make the range, and the first and the last may be parts: whole minutes and
    /// hours where the range is long enough, since sums are kept of those.
    var courseStep: Int64 {
        let wanted = max(1, (lengthInSeconds + Int64(TopRanking.courseLength) - 1) / Int64(TopRanking.courseLength))
        let unit: Int64 = wanted >= 86_400 ? 86_400 : wanted >= 3600 ? 3600 : wanted >= 60 ? 60 : 1
        return (wanted + unit - 1) / unit * unit
    }
}
