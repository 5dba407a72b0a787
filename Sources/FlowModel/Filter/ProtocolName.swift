// SPDX-License-Identifier: Apache-2.0

/// Names of IANA's protocol numbers, as far as flows have them: those that filters and options understand, and that answers show.
public enum ProtocolName {
    /// `tcp`; the number where it has no name.
    public static func text(_ number: some BinaryInteger) -> String { names.first { $0.number == number }?.name ?? "\(number)" }

    /// Of a name in any case, or a number in digits; nil for anything else.
    public static func number(_ text: String) -> UInt8? { numbers[text.lowercased()] ?? UInt8(text) }

    /// Of several names of a number the first is the one that is shown.
    private static let names: [(name: String, number: UInt8)] = [
        ("icmp", 1), ("igmp", 2), ("ipip", 4), ("tcp", 6), ("udp", 17), ("dccp", 33), ("gre", 47), ("esp", 50), ("ah", 51), ("icmp6", 58),
        ("icmpv6", 58), ("ospf", 89), ("sctp", 132), ("udplite", 136),
    ]

    /// By every name.
    static let numbers = Dictionary(uniqueKeysWithValues: names.map { ($0.name, $0.number) })
}
