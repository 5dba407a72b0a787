// SPDX-License-Identifier: Apache-2.0

/// How full the connection table of the userspace datapath is. Nil is what this ovs-vswitchd or datapath does not tell.
public struct ConntrackTableUse: Sendable, Hashable {
    public let connections: Int?
    /// `dpctl/ct-set-maxconns`; 3,000,000 unless changed.
    public let maximum: Int?
    /// Packets of new connections that had no room since ovs-vswitchd started. Their connections are not tracked.
    public let refused: UInt64?
}
