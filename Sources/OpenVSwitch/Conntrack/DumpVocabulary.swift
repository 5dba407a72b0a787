// SPDX-License-Identifier: Apache-2.0

internal import Metering

/// The vocabulary of `dpctl/dump-conntrack` (Open vSwitch lib/ct-dpif.c). Held by a parser: a global would be
/// guarded by a lock at every comparison.
struct DumpVocabulary {
    let original = DumpWord("orig"), reply = DumpWord("reply")
    let source = DumpWord("src"), destination = DumpWord("dst")
    let sourcePort = DumpWord("sport"), destinationPort = DumpWord("dport")
    let type = DumpWord("type"), code = DumpWord("code")
    let packets = DumpWord("packets"), octets = DumpWord("bytes")
    let start = DumpWord("start"), stop = DumpWord("stop")
    /// The connection's, or inside an ICMP tuple the echo identifier.
    let id = DumpWord("id")
    let zone = DumpWord("zone"), status = DumpWord("status"), timeout = DumpWord("timeout")
    let mark = DumpWord("mark"), labels = DumpWord("labels")
    let protocolInformation = DumpWord("protoinfo")
    let state = DumpWord("state"), stateOriginal = DumpWord("state_orig"), stateReply = DumpWord("state_reply")

    let protocols: [(word: DumpWord, number: UInt8)] = Self.protocolNames.map { (DumpWord($0.name), $0.number) }
    let statuses: [(word: DumpWord, status: Connection.Status)] = Self.statusNames.map { (DumpWord($0.name), $0.status) }
    let states: [(word: DumpWord, state: Connection.TCPState)] = Connection.TCPState.allCases.map { state in
        (DumpWord(bits: state.name.utf8.reduce(0) { $0 << 8 | UInt128($1) }), state)
    }

    /// `ct_dpif_format_ipproto`; any other protocol is printed as its number.
    static let protocolNames: [(name: StaticString, number: UInt8)] = [
        ("tcp", 6), ("udp", 17), ("icmp", 1), ("icmpv6", 58), ("sctp", 132), ("udplite", 136), ("dccp", 33), ("igmp", 2),
    ]

    /// `ct_dpif_status_flags`, in the order of their bits.
    static let statusNames: [(name: StaticString, status: Connection.Status)] = [
        ("EXPECTED", .expected), ("SEEN_REPLY", .seenReply), ("ASSURED", .assured), ("CONFIRMED", .confirmed),
        ("SRC_NAT", .sourceNAT), ("DST_NAT", .destinationNAT), ("SEQ_ADJUST", .sequenceAdjust),
        ("SRC_NAT_DONE", .sourceNATDone), ("DST_NAT_DONE", .destinationNATDone), ("DYING", .dying),
        ("FIXED_TIMEOUT", .fixedTimeout), ("TEMPLATE", .template), ("UNTRACKED", .untracked), ("HELPER", .helper),
        ("OFFLOAD", .offload),
    ]
}
