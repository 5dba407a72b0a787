// SPDX-License-Identifier: Apache-2.0

/// What the kernel's connection tracking counts beside connections, by its own numbers (`enum ctattr_stats_cpu` of
/// linux/netfilter/nfnetlink_conntrack.h). Those that no kernel since Linux 4.10 fills are left out.
public enum ConntrackCounter: UInt16, Sendable, Hashable, CaseIterable {
    case found = 2
    /// Packets that belong to no connection and begin none.
    case invalid = 4
    case insert = 8
    /// Connections that were not tracked because another of the same tuple came first, or the hash chain was full.
    case insertFailed = 9
    /// Packets dropped because their connection could not be tracked: the table was full, or memory.
    case drop = 10
    /// Connections removed before their time to make room for others.
    case earlyDrop = 11
    case error = 12
    case searchRestart = 13
    /// Connections that began twice at the same time and were made one.
    case clashResolve = 14
    case chainTooLong = 15

    /// As `conntrack -S` and /proc/net/stat/nf_conntrack print it.
    public var name: String {
        switch self {
        case .found: "found"
        case .invalid: "invalid"
        case .insert: "insert"
        case .insertFailed: "insert_failed"
        case .drop: "drop"
        case .earlyDrop: "early_drop"
        case .error: "error"
        case .searchRestart: "search_restart"
        case .clashResolve: "clash_resolve"
        case .chainTooLong: "chaintoolong"
        }
    }

    /// Those whose growth says that connections were not tracked, or not to their end: metering misses them.
    public static let losses: [ConntrackCounter] = [.insertFailed, .drop, .earlyDrop, .chainTooLong]
}
