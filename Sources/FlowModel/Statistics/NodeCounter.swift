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
    case dumpStallMilliseconds
    case eventsLost
    case deniedExcess

    /// Whether the value rises and falls, instead of counting up since the process or the kernel began.
    public var isGauge: Bool { self == .conntrackEntries || self == .conntrackMaximum }

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
        case .dumpStallMilliseconds: "For how long dumps of Open vSwitch's connections have held up forwarding, in milliseconds."
        case .eventsLost: "Times that notices of the kernel were lost before they could be read; a dump then repairs what they told."
        case .deniedExcess: "Packets refused by policy that were passed over because they came too fast."
        }
    }
}
