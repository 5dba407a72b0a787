// SPDX-License-Identifier: Apache-2.0

/// The names of counters that a node sends beside those with elements of their own.
///
/// The name is on the wire (`selectorName`) and in SQL; the list may grow, and a receiver keeps names it does not know.
public enum NodeCounter: String, Sendable, Hashable, CaseIterable {
    case conntrackEntries
    case conntrackMaximum
    case conntrackInsertFailed
    case conntrackDropped
    case conntrackEarlyDropped
    case conntrackChainTooLong
    case datapathConntrackEntries
    case datapathConntrackMaximum
    case datapathConntrackRefused
    case dumpStallMilliseconds
    case eventsLost
    case deniedExcess
    case captureLost
    case entriesRejected
    case readingsFailed
    case switchCountersReset
    case connectionsEvicted
    case connectionsRefused

    /// Whether the value rises and falls, instead of counting up since the process or the kernel began.
    public var isGauge: Bool {
        switch self {
        case .conntrackEntries, .conntrackMaximum, .datapathConntrackEntries, .datapathConntrackMaximum: true
        default: false
        }
    }

    /// Those that tell of packets whose connections nobody tracks, so that flows lack them.
    public static let untracked: [NodeCounter] = [.conntrackDropped, .datapathConntrackRefused]

    /// One sentence for docs/information-elements.md.
    public var summary: String {
        switch self {
        case .conntrackEntries: "Connections in the kernel's table."
        case .conntrackMaximum: "How many connections the kernel's table may have."
        case .conntrackInsertFailed:
            "Connections that could not be put into the kernel's table, two packets of one at once among the reasons."
        case .conntrackDropped: "Packets that the kernel dropped because it could not track them, a full table among the reasons."
        case .conntrackEarlyDropped: "Connections that the kernel removed to make room for new ones."
        case .conntrackChainTooLong: "Connections that were not tracked because too many others shared their place in the table."
        case .datapathConntrackEntries: "Connections in the table of Open vSwitch's userspace datapath."
        case .datapathConntrackMaximum: "How many connections that table may have."
        case .datapathConntrackRefused: "Packets of new connections for which that table had no room, so that they were not tracked."
        case .dumpStallMilliseconds: "For how long dumps of Open vSwitch's connections have held up forwarding, in milliseconds."
        case .eventsLost: "Notices of the kernel that were lost before they could be read; a dump then repairs what they told."
        case .deniedExcess: "Packets refused by policy that were passed over because they came too fast."
        case .captureLost: "Packets that a live capture of an interface lost before they could be read."
        case .entriesRejected: "Entries of tables of connections that could not be understood and were skipped."
        case .readingsFailed: "Times that a table of connections, or the switch's statistics, could not be read to the end."
        case .switchCountersReset: "Flows and ports of the switch whose counters were found to have begun anew."
        case .connectionsEvicted: "Connections forgotten by the exporter because its own table was full, each with a record that says so."
        case .connectionsRefused: "Observations of connections for which the exporter's own table had no room."
        }
    }
}
