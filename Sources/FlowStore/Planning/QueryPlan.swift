// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// From which relations an answer is put together: the coarsest that tell exactly what is asked, and single intervals where none does.
///
/// ```
///   asked      10:37:20 ├──────────────────────────────────────────────────────┤ 14:05:10
///   flows               ├─┤                                                  ├─┤
///   flows_1m              ├──────┤                                 ├─────────┤
///   flows_1h                     ├─────────────────────────────────┤
/// ```
public struct QueryPlan: Sendable, Hashable {
    public struct Part: Sendable, Hashable {
        public let resolution: Resolution
        public let range: TimeRange
        /// What is asked, with `?` for its values. Rows of connections are looked up after their intervals have been added up.
        public let sql: String
        /// The values, in their order.
        public let values: [ResultValue]
        /// How many rows the range has, about.
        public let rows: Int
    }

    /// In order of time; empty where nothing is kept.
    public let parts: [Part]
    /// What is answered for: the range that was asked for, or, where the single intervals of its edges are no longer kept, whole periods
    /// of the finest sums that are.
    public let range: TimeRange
}

/// A span of seconds to be read at one resolution.
struct PlannedSegment: Equatable {
    let resolution: Resolution
    let seconds: Range<Int64>
}
