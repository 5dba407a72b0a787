// SPDX-License-Identifier: Apache-2.0

// Names and numbers of linux/netfilter/nfnetlink_log.h.

/// `enum nfulnl_attr_type`: what is read of a logged packet. All others are skipped.
enum LoggedPacketAttribute: UInt16 {
    /// Hardware protocol (2 octets), hook (1), padding (1).
    case header = 1
    /// The packet from its IP header on, as much as was asked for.
    case payload = 9
    /// What the rule says, ended by a zero.
    case prefix = 10
    /// Counts the packets of the group.
    case sequenceNumber = 12
}

/// `enum nfulnl_attr_config`
enum PacketLogSetting: UInt16 {
    case command = 1
    case mode = 2
    case timeout = 4
    case flags = 6
}
