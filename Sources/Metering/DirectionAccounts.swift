// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Counters of connections from flows that count one direction each, where connection tracking itself counts nothing.
///
/// The flows that count disappear when idle and begin at zero when traffic comes again; an account carries on from what was
/// counted before. Accounts not seen for `forgetAfter` are forgotten; at `capacity` a new direction has no account, so its
/// connection's counters stay unknown.
public struct DirectionAccounts: Sendable {
    private struct Key: Hashable {
        let source: IPAddress, destination: IPAddress
        let sourcePort: UInt16, destinationPort: UInt16
        let protocolIdentifier: UInt8
    }

    private struct Account {
        var basePackets: UInt64 = 0, baseOctets: UInt64 = 0
        var packets: UInt64 = 0, octets: UInt64 = 0
        var lastSeen: Timestamp

        var totalPackets: UInt64 { basePackets &+ packets }
        var totalOctets: UInt64 { baseOctets &+ octets }

        mutating func update(_ count: DirectionCount, at now: Timestamp) {
            // A flow that began after the last look has counted from zero, however much it has counted since. Ages waver by the
            // time it takes to ask.
            let isNew = now - count.age > lastSeen + .seconds(1)
            if isNew || count.packets < packets {
                basePackets = totalPackets
                baseOctets = totalOctets
            }
            packets = count.packets
            octets = count.octets
            lastSeen = now
        }
    }

    private let capacity: Int
    private let forgetAfter: Duration
    private var accounts: [Key: Account] = [:]
    /// Directions that had no room.
    public private(set) var refused: UInt64 = 0

    public init(capacity: Int = 1_000_000, forgetAfter: Duration = .seconds(600)) {
        self.capacity = capacity
        self.forgetAfter = forgetAfter
    }

    /// Takes everything that was read at one moment.
    public mutating func update(_ counts: [DirectionCount], at now: Timestamp) {
        for count in counts {
            let key = Key(
                source: count.tuple.source, destination: count.tuple.destination, sourcePort: count.tuple.sourcePort,
                destinationPort: count.tuple.destinationPort, protocolIdentifier: count.protocolIdentifier)
            guard accounts[key] != nil || accounts.count < capacity else {
                refused += 1
                continue
            }
            accounts[key, default: Account(lastSeen: now)].update(count, at: now)
        }
        accounts = accounts.filter { now - $0.value.lastSeen < forgetAfter }
    }

    /// What both directions of a connection carried; nil until one of them has been counted.
    ///
    /// Requests are counted after destination translation, replies after it was undone: a reply to a Service comes from the
    /// Service's address.
    public func counters(of connection: Connection) -> Connection.Counters? {
        guard connection.original.icmp == nil else { return nil }
        let original = connection.original, reply = connection.reply
        let forward = accounts[
            Key(
                source: original.source, destination: reply.source, sourcePort: original.sourcePort,
                destinationPort: reply.sourcePort, protocolIdentifier: connection.protocolIdentifier)]
        let reverse = accounts[
            Key(
                source: original.destination, destination: original.source, sourcePort: original.destinationPort,
                destinationPort: original.sourcePort, protocolIdentifier: connection.protocolIdentifier)]
        guard forward != nil || reverse != nil else { return nil }
        return Connection.Counters(
            packets: forward?.totalPackets ?? 0, octets: forward?.totalOctets ?? 0,
            reversePackets: reverse?.totalPackets ?? 0, reverseOctets: reverse?.totalOctets ?? 0)
    }
}
