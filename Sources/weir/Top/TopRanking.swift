// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

/// A ranking with what there is to say of each group besides its sums.
struct TopRanking {
    let grouping: Grouping
    let result: TopResult
    /// The sums of the compared range by key; nil when nothing is compared.
    private(set) var before: [[ResultValue]: Traffic]?
    private(set) var totalsBefore: Traffic?
    /// What the order compares, of each group in each part of the range; nil when no course is asked for.
    private(set) var courses: [[UInt64?]]?

    /// Parts that a course is drawn in.
    static let courseLength = 24

    init(grouping: Grouping, query: TopQuery, from source: any QuerySource, comparedTo span: Duration?, hasSeries: Bool) throws {
        self.grouping = grouping
        result = try grouping.answer(query, from: source)
        var whole = query
        whole.limit = nil
        if let span {
            whole.range = query.range.moved(back: span)
            let earlier = try grouping.answer(whole, from: source)
            before = Dictionary(earlier.groups.map { ($0.key, $0.traffic) }) { first, _ in first }
            totalsBefore = earlier.totals
        }
        guard hasSeries else { return }
        var courses = result.groups.map { _ in [UInt64?]() }
        for part in query.range.parts(of: query.range.step(for: Self.courseLength)) {
            whole.range = part
            let groups = try grouping.answer(whole, from: source).groups
            let measures = Dictionary(groups.map { ($0.key, $0.traffic.measure(query.order)) }) { first, _ in first }
            for (index, group) in result.groups.enumerated() { courses[index].append(measures[group.key] ?? nil) }
        }
        self.courses = courses
    }
}

extension TimeRange {
    /// Whole seconds, so that at most `count` parts make the range.
    func step(for count: Int) -> Duration {
        let seconds = (to - from).wholeMilliseconds / 1000
        return .seconds(max(1, (seconds + Int64(count) - 1) / Int64(count)))
    }
}
