// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Puts fragments together again (RFC 791 §3.2, RFC 8200 §4.5).
///
/// At most `capacity` packets at a time; a new one beyond that displaces the one that waits longest. A packet whose parts are not all there
/// after `patience` is given up. Of IPv4 fragments that overlap the first counts; an IPv6 packet with such is given up (RFC 5722).
struct FragmentTable {
    struct Whole {
        let protocolNumber: UInt8
        let octets: [UInt8]
    }

    /// What became of a fragment.
    enum Outcome {
        case kept
        case completed(Whole)
        /// The packet can never be whole.
        case refused
    }

    private struct Key: Hashable {
        let source: IPAddress
        let destination: IPAddress
        let identification: UInt32
        /// IPv4 tells packets apart by it; IPv6 does not.
        let protocolNumber: UInt8
    }

    private struct Partial {
        let begun: Timestamp
        var pieces = PieceList()
        var length: Int?
        var protocolNumber: UInt8
    }

    private var packets: [Key: Partial] = [:]
    /// Keys in the order of their packets' beginning; some of packets that are whole by now.
    private var order: [Key] = []
    private let capacity: Int
    private let patience: Duration
    /// Packets that were given up because parts were missing.
    private(set) var abandoned = 0

    /// What a packet's payload can have, RFC 791's total length less the shortest header.
    private static let maximumLength = 65_535

    init(capacity: Int, patience: Duration = .seconds(30)) {
        self.capacity = max(capacity, 1)
        self.patience = patience
    }

    var waiting: Int { packets.count }

    /// - Parameter octets: of the frame that `packet` was read from.
    mutating func insert(_ packet: InternetPacket, _ fragment: InternetPacket.Fragment, _ octets: Span<UInt8>, at now: Timestamp) -> Outcome
    {
        let isVersion6 = packet.source.family == .v6
        let key = Key(
            source: packet.source, destination: packet.destination, identification: fragment.identification,
            protocolNumber: isVersion6 ? 0 : packet.protocolNumber)
        let end = fragment.offset + packet.payload.count
        let isOdd = !fragment.isLast && !packet.payload.count.isMultiple(of: 8)
        guard packet.missing == 0, end <= Self.maximumLength, !isOdd, !packet.payload.isEmpty else {
            forget(key)
            return .refused
        }
        abandon(before: now)
        makeRoom(for: key)
        var partial = packets.removeValue(forKey: key) ?? begin(key, at: now, packet)
        let known = partial.pieces.insert(octets, packet.payload, at: fragment.offset)
        if fragment.offset == 0 { partial.protocolNumber = packet.protocolNumber }
        if fragment.isLast { partial.length = partial.length ?? end }
        let isBeyond = partial.length.map { length in (partial.pieces.pieces.last?.end ?? 0) > length } ?? false
        guard !isBeyond, !isVersion6 || known == 0 || known == packet.payload.count else { return .refused }
        guard partial.pieces.octetCount == partial.length else {
            packets[key] = partial
            return .kept
        }
        return .completed(Whole(protocolNumber: partial.protocolNumber, octets: partial.pieces.pieces.flatMap(\.octets)))
    }

    private mutating func begin(_ key: Key, at now: Timestamp, _ packet: InternetPacket) -> Partial {
        order.append(key)
        return Partial(begun: now, protocolNumber: packet.protocolNumber)
    }

    private mutating func forget(_ key: Key) {
        if packets.removeValue(forKey: key) != nil { abandoned += 1 }
    }

    private mutating func abandon(before now: Timestamp) {
        while let key = order.first {
            if let partial = packets[key] {
                guard now - partial.begun > patience else { return }
                forget(key)
            }
            order.removeFirst()
        }
    }

    private mutating func makeRoom(for key: Key) {
        guard packets[key] == nil else { return }
        while packets.count >= capacity, let oldest = order.first {
            order.removeFirst()
            forget(oldest)
        }
        // Completed packets leave their keys behind the oldest that waits; without this, one that waits long would let them pile up.
        if order.count > 4 * capacity { order.removeAll { packets[$0] == nil } }
    }

    /// Gives up what waits still; for the end of a capture.
    mutating func finish() {
        abandoned += packets.count
        packets.removeAll()
        order.removeAll()
    }
}
