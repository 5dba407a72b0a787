// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What moved over time, step by step: everything, and the largest groups of the whole range.
public struct SeriesQuery: Sendable {
    /// The groups, and which of them; its range is cut into steps.
    public var whole: TopQuery
    /// Seconds of a step; steps begin at multiples of it after 1970-01-01T00:00:00Z, the first one with the range.
    public var step: Int64

    public init(_ whole: TopQuery, step: Int64) {
        self.whole = whole
        self.step = max(1, step)
    }

    /// The coarsest resolution that has all that is asked for and of which steps are whole periods.
    public var coarsest: Resolution {
        Resolution.allCases.last { $0 <= whole.coarsest && step % $0.seconds == 0 } ?? .flows
    }
}

/// The answer to a ``SeriesQuery``.
public struct SeriesResult: Sendable {
    public struct Step: Sendable {
        /// The step's first moment.
        public let start: Timestamp
        /// Of all groups; `connections` are different ones within the step.
        public let total: Traffic
        /// In the order of the whole range's groups; nil for one that did nothing in this step.
        public let groups: [Traffic?]
    }

    public let whole: TopResult
    /// In order of time. Steps in which nothing moved are not there.
    public let steps: [Step]
}

extension FlowReader {
    /// Reads the range twice: to find its largest groups, then step by step. Memory grows with one step's connections, with the groups that are
    /// named times the steps, and with what ``top(_:)`` needs.
    public func series(_ query: SeriesQuery) throws(StoreError) -> SeriesResult {
        try read { connection throws(StoreError) in
            var top = try TopScan(query.whole, on: connection)
            let whole = try top.run(on: connection)
            var scan = SeriesScan(query, keys: top.keys, named: top.named)
            return SeriesResult(whole: whole, steps: try scan.run(on: connection))
        }
    }

    /// What ``series(_:)`` would read step by step.
    public func plan(_ query: SeriesQuery) throws(StoreError) -> QueryPlan {
        try read { connection throws(StoreError) in
            let top = try TopScan(query.whole, on: connection)
            return try SeriesScan(query, keys: top.keys, named: []).plan(on: connection)
        }
    }
}
