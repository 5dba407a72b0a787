// SPDX-License-Identifier: Apache-2.0

/// What one poll of the kernel's table came to. Every entry received is in exactly one of `entries`, `otherZones`,
/// `overCapacity` and `rejected`, except those of dumps that were interrupted and repeated.
public struct DumpStatistics: Sendable, Hashable {
    /// Entries handed over.
    public var entries = 0
    /// Entries of zones that were not asked for. More than none shows a kernel that ignores the zone in the request.
    public var otherZones = 0
    /// Entries left out because the capacity was reached.
    public var overCapacity = 0
    /// Malformed messages and entries, by reason.
    public var rejected: [RejectionReason: Int] = [:]
    /// Dumps that ran to their end.
    public var dumps = 0
    /// Dumps of these during which the table changed so that they may lack entries or hold some twice.
    public var interrupted = 0
    /// Whether a dump was still interrupted after the last repetition, so that the entries may be incomplete.
    public var isInconsistent = false
    /// From the first request to the last answer.
    public var duration = Duration.zero

    public init() {}

    mutating func add(_ parser: ConntrackMessageParser) {
        entries += parser.entries
        otherZones += parser.otherZones
        overCapacity += parser.overCapacity
        rejected.merge(parser.rejected, uniquingKeysWith: +)
        isInconsistent = isInconsistent || parser.interrupted
    }
}
