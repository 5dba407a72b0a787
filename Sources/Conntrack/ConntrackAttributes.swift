// SPDX-License-Identifier: Apache-2.0

// The attributes that are read, by the names and numbers of linux/netfilter/nfnetlink_conntrack.h. All others are skipped.

/// `enum ctattr_type`
enum EntryAttribute: UInt16 {
    case originalTuple = 1
    case replyTuple = 2
    case status = 3
    case protocolState = 4
    case timeout = 7
    case mark = 8
    case originalCounters = 9
    case replyCounters = 10
    case id = 12
    case zone = 18
    case timestamp = 20
    case labels = 22
    /// CTA_TIMESTAMP_EVENT, since Linux 6.14.
    case eventTimestamp = 27
}

/// `enum ctattr_tuple`
enum TupleAttribute: UInt16 {
    case addresses = 1
    case transport = 2
    case zone = 3
}

/// `enum ctattr_ip`
enum AddressAttribute: UInt16 {
    case sourceV4 = 1
    case destinationV4 = 2
    case sourceV6 = 3
    case destinationV6 = 4
}

/// `enum ctattr_l4proto`
enum TransportAttribute: UInt16 {
    case number = 1
    case sourcePort = 2
    case destinationPort = 3
    case icmpIdentifier = 4
    case icmpType = 5
    case icmpCode = 6
    case icmpV6Identifier = 7
    case icmpV6Type = 8
    case icmpV6Code = 9
}

/// `enum ctattr_protoinfo`
enum ProtocolStateAttribute: UInt16 {
    case tcp = 1
}

/// `enum ctattr_protoinfo_tcp`
enum TCPStateAttribute: UInt16 {
    case state = 1
}

/// `enum ctattr_counters`
enum CounterAttribute: UInt16 {
    case packets = 1
    case octets = 2
}

/// `enum ctattr_tstamp`
enum TimestampAttribute: UInt16 {
    case start = 1
    case stop = 2
}
