// SPDX-License-Identifier: Apache-2.0

/// The sixteen octets that begin each netlink message, in the host's byte order (`struct nlmsghdr` of linux/netlink.h).
struct NetlinkHeader {
    static let lengthInOctets = 16

    /// Header and body, without the padding after them.
    let length: UInt32
    let type: UInt16
    let flags: Flags
    let sequenceNumber: UInt32

    init(type: UInt16, flags: Flags, sequenceNumber: UInt32, bodyLength: Int) {
        length = UInt32(Self.lengthInOctets + bodyLength)
        self.type = type
        self.flags = flags
        self.sequenceNumber = sequenceNumber
    }

    /// - Parameter position: at least `lengthInOctets` before the end of `octets`.
    init(_ octets: RawSpan, at position: Int) {
        length = octets.native(UInt32.self, at: position)
        type = octets.native(UInt16.self, at: position + 4)
        flags = Flags(rawValue: octets.native(UInt16.self, at: position + 6))
        sequenceNumber = octets.native(UInt32.self, at: position + 8)
    }

    /// As sent; the port id is 0, which the kernel replaces by that of the socket.
    var octets: [UInt8] {
        nativeOctets(length) + nativeOctets(type) + nativeOctets(flags.rawValue) + nativeOctets(sequenceNumber) + nativeOctets(UInt32(0))
    }

    struct Flags: OptionSet {
        let rawValue: UInt16

        static let request = Flags(rawValue: 0x1)
        static let acknowledge = Flags(rawValue: 0x4)
        /// The table changed while it was read: entries may be missing or there twice (NLM_F_DUMP_INTR).
        static let dumpInterrupted = Flags(rawValue: 0x10)
        /// NLM_F_ROOT and NLM_F_MATCH: in a request for a dump.
        static let dump = Flags(rawValue: 0x300)
        /// In a request to make something.
        static let create = Flags(rawValue: 0x400)
    }
}

/// Message types below 0x10 are netlink's own (linux/netlink.h); above, the subsystem is the high octet (linux/netfilter/nfnetlink.h).
enum NetlinkMessageType {
    static let nothing: UInt16 = 1
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    static let overrun: UInt16 = 4
    /// NFNL_SUBSYS_CTNETLINK with IPCTNL_MSG_CT_NEW: an entry, of a dump or of a NEW or UPDATE event; as a request, makes one.
    static let newEntry: UInt16 = 0x100
    /// IPCTNL_MSG_CT_GET: the request for a dump.
    static let getEntries: UInt16 = 0x101
    /// IPCTNL_MSG_CT_DELETE: an entry of a DESTROY event.
    static let deletedEntry: UInt16 = 0x102
    /// IPCTNL_MSG_CT_GET_STATS_CPU: a request, and each message of its answer.
    static let cpuStatistics: UInt16 = 0x104
    /// IPCTNL_MSG_CT_GET_STATS: a request, and its answer.
    static let tableStatistics: UInt16 = 0x105
    /// NFNL_SUBSYS_ULOG with NFULNL_MSG_PACKET, and NFULNL_MSG_CONFIG.
    static let loggedPacket: UInt16 = 0x400
    static let logConfiguration: UInt16 = 0x401
}

/// The octets of an integer as the host keeps it.
func nativeOctets(_ value: some FixedWidthInteger) -> [UInt8] {
    networkOctets(value.bigEndian)
}

/// The octets of an integer, most significant first.
func networkOctets(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
}
