// SPDX-License-Identifier: Apache-2.0

/// What one dump cost and what became of its lines.
public struct DumpStatistics: Sendable, Hashable {
    /// What the datapath said it had just before; nil where it cannot tell.
    public let expectedConnections: Int?
    /// Of the dump's text.
    public let octets: Int
    /// From the request to the first octet: for so long ovs-vswitchd's main thread did nothing else.
    public let stall: Duration
    /// From the request to the last octet, parsing included.
    public let duration: Duration
    public let lines: ConntrackDumpParser.Statistics

    /// Whether every entry of the table was understood and had room: only then has a connection that is missing ended.
    public var isWhole: Bool { lines.beyondCapacity == 0 && lines.rejected == 0 && lines.tooLong == 0 }
}
