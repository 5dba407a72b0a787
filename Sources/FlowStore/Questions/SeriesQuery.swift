// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What moved over time, step by step: everything, and the largest groups of the whole range.
public struct SeriesQuery: Sendable {
    /// The groups, and which of them; its range is cut into steps.
    public var whole: TopQuery
    public var steps: Steps

    public enum Steps: Sendable, Hashable {
        /// So many seconds each, beginning at multiples of that after 1970-01-01T00:00:00Z, the first one with the range.
        case every(Int64)
        /// From one of these seconds to the next: days of a calendar. In order; the first step begins and the last ends with the range.
        case between([Int64])
    }

    public init(_ whole: TopQuery, step: Int64) {
        self.init(whole, .every(step))
    }

    public init(_ whole: TopQuery, _ steps: Steps) {
        self.whole = whole
        self.steps = steps
    }

    /// The coarsest resolution that has all that is asked for and of which steps are whole periods.
    public var coarsest: Resolution {
        Resolution.allCases.last { resolution in
            guard resolution <= whole.coarsest else { return false }
            switch steps {
            case .every(let step): return step % resolution.seconds == 0
            case .between(let bounds): return bounds.allSatisfy { $0 % resolution.seconds == 0 }
            }
        } ?? .flows
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
    /// Reads the range twice: to find its largest groups, then step by step. Unequal steps take a few statements each. Memory grows with
    /// one step's connections, with the groups that are named times the steps, and with what ``top(_:)`` needs.
    public func series(_ query: SeriesQuery) throws(StoreError) -> SeriesResult {
        try read { connection throws(StoreError) in
            var top = try TopScan(query.whole, on: connection)
            let whole = try top.run(on: connection)
            var scan = SeriesScan(query, keys: top.keys, named: top.namedKeys)
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
