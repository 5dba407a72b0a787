// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// A span of time that a question is about: intervals that end at `from` or later, and before `to`.
///
/// Counts in whole seconds, since ids do: the second that `from` lies in is in the range, and so is the one that `to` lies in, unless
/// `to` is its very beginning. "Up to now" must not leave out what ended just now.
public struct TimeRange: Sendable, Hashable {
    public let from: Timestamp
    public let to: Timestamp

    /// A range whose end is before its start is empty.
    public init(from: Timestamp, to: Timestamp) {
        self.from = from
        self.to = max(from, to)
    }

    /// No interval of the range has a smaller id.
    public var firstID: Int64 { identifiers.lowerBound }

    /// The ids of the intervals in the range, the last one excluded.
    var identifiers: Range<Int64> {
        IntervalID.first(at: from)..<max(IntervalID.first(at: from), IntervalID.first(at: to + .milliseconds(999)))
    }
}
