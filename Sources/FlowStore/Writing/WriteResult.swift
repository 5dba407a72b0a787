// SPDX-License-Identifier: Apache-2.0

/// What became of a batch that was written: every interval and record of it is in one of the counts.
public struct WriteResult: Sendable, Hashable {
    /// Connections inserted or amended.
    public var connections = 0
    public var intervals = 0
    public var exporterMinutes = 0
    /// Intervals without an end, or with one before 1970 or past the year 71,652: they have no place in the table.
    public var refusedIntervals = 0
    /// Names of records whose text no batch has brought; they were stored as unknown.
    public var unknownNames = 0
    /// Records of statistics that were stored.
    public var statistics = 0
    /// Records of statistics that are not later than what the store has of the same thing; they changed nothing.
    public var repeatedStatistics = 0
    /// Records of statistics that do not tell of what or when, or of a time that is still to come.
    public var refusedStatistics = 0

    public init() {}
}
