// SPDX-License-Identifier: Apache-2.0

/// The names of the transport protocols that connection tracking knows, by IANA's numbers.
enum ProtocolName {
    private static let numbers: [String: UInt8] = [
        "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "dccp": 33, "gre": 47, "icmpv6": 58, "sctp": 132, "udplite": 136,
    ]
    private static let names = Dictionary(uniqueKeysWithValues: numbers.map { ($0.value, $0.key) })

    /// A name in any case, or a number; nil for anything else.
    static func number(_ text: String) -> UInt8? { numbers[text.lowercased()] ?? UInt8(text) }

    static func name(_ number: UInt8) -> String { names[number] ?? "\(number)" }
}
