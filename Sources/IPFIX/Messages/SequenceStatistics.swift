// SPDX-License-Identifier: Apache-2.0

/// What the sequence numbers of one session and Observation Domain have told so far, in Data Records.
///
/// From the lowest to the highest number seen since each restart, `received + lost + unsettled` is what the exporter sent.
public struct SequenceStatistics: Sendable, Hashable {
    /// Records that came, each once.
    public var received: UInt64
    /// Records that are missing still. Becomes less when they come late.
    public var lost: UInt64
    /// Records that came after others with higher numbers; they are among those received.
    public var reordered: UInt64
    /// Records that came again, each time they did.
    public var duplicated: UInt64
    /// Records that either were in a message that could not be counted or are missing behind it: nobody can tell which.
    public var unsettled: UInt64
    /// How often the numbering began anew.
    public var restarts: UInt64

    public init(
        received: UInt64 = 0, lost: UInt64 = 0, reordered: UInt64 = 0, duplicated: UInt64 = 0, unsettled: UInt64 = 0, restarts: UInt64 = 0
    ) {
        self.received = received
        self.lost = lost
        self.reordered = reordered
        self.duplicated = duplicated
        self.unsettled = unsettled
        self.restarts = restarts
    }
}
