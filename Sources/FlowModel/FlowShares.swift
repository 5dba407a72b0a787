// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Which of several receivers each flow goes to: rendezvous hashing (Thaler and Ravishankar, 1998) over what both nodes know of a connection.
///
/// Both halves of a connection, and both of its directions, have the same receiver, whoever asks: the receivers are known by their names alone,
/// not by their order. When one is added or removed, only its own share moves.
public struct FlowShares: Sendable, Hashable {
    private let receivers: [UInt64]

    /// - Precondition: at least one name, each once.
    public init(among names: [String]) {
        precondition(!names.isEmpty && Set(names).count == names.count, "receivers have names of their own")
        receivers = names.map { name in name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
    }

    /// The receiver's place among the names. A flow without addresses has one, too.
    public func receiver(of flow: borrowing FlowRecord) -> Int {
        let key = Self.key(of: flow)
        var best = 0, highest = mixed(key ^ receivers[0])
        for index in receivers.indices.dropFirst() {
            let weight = mixed(key ^ receivers[index])
            // Equal weights go by the name's hash, not by its place.
            if weight > highest || weight == highest && receivers[index] > receivers[best] { (best, highest) = (index, weight) }
        }
        return best
    }

    /// Of addresses, ports and protocol, whichever end is the source; not of times, for clocks differ.
    private static func key(of flow: borrowing FlowRecord) -> UInt64 {
        let source = end(flow[address: .sourceIPAddress], flow[unsigned: .sourceTransportPort])
        let destination = end(flow[address: .destinationIPAddress], flow[unsigned: .destinationTransportPort])
        let kind = flow[unsigned: .protocolIdentifier] ?? 0
        return mixed(mixed(min(source, destination) &+ kind) ^ max(source, destination))
    }

    private static func end(_ address: IPAddress?, _ port: UInt64?) -> UInt64 {
        mixed(mixed((address?.high ?? 0) ^ mixed(address?.low ?? 0)) &+ (port ?? 0))
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the result depends on every bit of the value.
private func mixed(_ value: UInt64) -> UInt64 {
    var value = value &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
}
