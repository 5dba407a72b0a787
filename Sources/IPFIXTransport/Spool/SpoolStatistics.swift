// SPDX-License-Identifier: Apache-2.0

/// What a spool holds and has seen: found + appended = waiting + taken + dropped + damaged, in messages and in records.
public struct SpoolStatistics: Sendable, Hashable {
    /// What was there when it was opened, left by an earlier program; what is damaged in it included, as far as is known.
    public internal(set) var found = ExportAmount()
    public internal(set) var appended = ExportAmount()
    /// What has not been taken.
    public internal(set) var waiting = ExportAmount()
    public internal(set) var taken = ExportAmount()
    /// What gave its place to something newer, because the spool was full.
    public internal(set) var dropped = ExportAmount()
    /// What could not be read back. Of a message that was torn as it was written last, neither it nor its records are known.
    public internal(set) var damaged = ExportAmount()
    /// Stretches of octets that were no entry, torn ends included.
    public internal(set) var damages: UInt64 = 0
    /// Octets of all segments, those that were taken but are not released included.
    public internal(set) var octetsOnDisk: UInt64 = 0

    public init() {}
}
