// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Whose connection the later fragments of a packet are counted to: only the first has ports.
///
/// At most `capacity` packets; a further one displaces the oldest, and each is given up after `patience`, as a host does.
struct FragmentOwners {
    struct Key: Hashable {
        let source: IPAddress
        let destination: IPAddress
        let identification: UInt32
        let protocolNumber: UInt8

        /// IPv4 tells packets apart by their protocol too (RFC 791 §3.2), IPv6 does not (RFC 8200 §4.5).
        init(_ packet: MeteredPacket, _ fragment: InternetPacket.Fragment) {
            source = packet.source
            destination = packet.destination
            identification = fragment.identification
            protocolNumber = packet.source.family == .v4 ? packet.protocolNumber : 0
        }
    }

    /// Fragments that came before the first one of their packet.
    struct Early {
        /// The one that came first.
        var packet: MeteredPacket
        var count: PacketCount
        var first: Timestamp
        var last: Timestamp
    }

    enum Owner {
        case known(ConnectionKey, isFromFirst: Bool)
        case unknown(Early)
    }

    private struct Entry {
        var owner: Owner
        var begun: Int64
    }

    private var packets: [Key: Entry] = [:]
    /// Keys with the time of their entry, oldest first, from `head` on; some of entries that were replaced since.
    private var order: [(key: Key, begun: Int64)] = []
    private var head = 0
    private let capacity: Int
    private let patience: Int64

    init(capacity: Int, patience: Duration = .seconds(30)) {
        self.capacity = max(capacity, 1)
        self.patience = patience.wholeMilliseconds
    }

    subscript(key: Key) -> Owner? { packets[key]?.owner }

    /// Replaces what is known of a packet, which keeps its age.
    mutating func update(_ key: Key, _ owner: Owner) { packets[key]?.owner = owner }

    /// Begins a packet anew.
    ///
    /// - Returns: the early fragments of the one that had the key before.
    mutating func begin(_ key: Key, _ owner: Owner, at now: Int64) -> Early? {
        let before = packets.updateValue(Entry(owner: owner, begun: now), forKey: key)
        order.append((key, now))
        if case .unknown(let early)? = before?.owner { return early }
        return nil
    }

    /// Gives up a packet that is over its time, or beyond the capacity.
    ///
    /// - Returns: nil when there is none; else whatever early fragments it had.
    mutating func giveUp(at now: Int64) -> Early?? {
        while head < order.count {
            let (key, begun) = order[head]
            guard let entry = packets[key], entry.begun == begun else {
                advance()
                continue
            }
            guard packets.count > capacity || order.count - head > 4 * capacity || now - begun > patience else { return nil }
            advance()
            packets[key] = nil
            if case .unknown(let early) = entry.owner { return .some(early) }
            return .some(nil)
        }
        return nil
    }

    private mutating func advance() {
        head += 1
        guard head >= 1024, head * 2 >= order.count else { return }
        order.removeFirst(head)
        head = 0
    }
}
