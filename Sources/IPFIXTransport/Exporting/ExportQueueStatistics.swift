// SPDX-License-Identifier: Apache-2.0

/// What an `ExportQueue` holds and has seen, in messages and in records:
/// appended + spool.found + returned = confirmed + waiting + dropped + spool.dropped + spool.damaged.
public struct ExportQueueStatistics: Sendable, Hashable {
    /// What was not sent yet, in memory and in the spool, the message in flight included.
    public internal(set) var waiting = ExportAmount()
    /// Of that, what is not in the spool, and so is lost with the program.
    public internal(set) var left = ExportAmount()
    public internal(set) var appended = ExportAmount()
    /// Sent for the first time, or given up by the Exporting Process because it is too large.
    public internal(set) var confirmed = ExportAmount()
    /// Sent once more, because an earlier session was lost.
    public internal(set) var repeated = ExportAmount()
    /// Sent, and put in the spool at the end for the next program to send again.
    public internal(set) var returned = ExportAmount()
    /// Pushed out of memory by newer ones, or too large for the whole queue.
    public internal(set) var dropped = ExportAmount()
    /// Refused because the queue was closed; not counted as appended.
    public internal(set) var refused = ExportAmount()
    /// The most messages that ever waited in memory.
    public internal(set) var highWaterMark = 0
    /// Messages that left the resend window before their time, for want of room.
    public internal(set) var shortenedWindow: UInt64 = 0
    /// How often the disk did not take what was to go to the spool.
    public internal(set) var spoolFailures: UInt64 = 0
    public internal(set) var spool = SpoolStatistics()

    public init() {}

    /// What will never be sent.
    public var lost: ExportAmount { dropped + spool.dropped + spool.damaged }
}
