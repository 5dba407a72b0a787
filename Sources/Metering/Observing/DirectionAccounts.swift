// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Counters of connections from what counts one direction each, where connection tracking itself counts nothing.
///
/// The flows that count disappear when idle and begin at zero when traffic comes again; an account carries on from what was
/// counted before. Accounts not seen for `forgetAfter` are forgotten; at `capacity` a new direction has no account, so its
/// connection's counters stay unknown.
public struct DirectionAccounts: Sendable {
    /// Which addresses the packets carry where they are counted.
    public enum Place: Sendable, Hashable {
        /// In a table near the end of the pipeline: requests after destination translation, replies after it was undone, so that a
        /// reply to a Service comes from the Service's address.
        case translated
        /// Where packets enter the switch, before it translates anything: as in the tuples of the connection.
        case received
    }

    private struct Key: Hashable {
        let source: IPAddress, destination: IPAddress
        let sourcePort: UInt16, destinationPort: UInt16
        let protocolIdentifier: UInt8
        /// Nil where any zone is counted.
        let zone: UInt16?
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

        mutating func add(_ count: DirectionCount, at now: Timestamp) {
            packets &+= count.packets
            octets &+= count.octets
            lastSeen = now
        }
    }

    private let place: Place
    private let capacity: Int
    private let forgetAfter: Duration
    private var accounts: [Key: Account] = [:]
    private var claims = ConnectionClaims()
    /// Directions that had no room.
    public private(set) var refused: UInt64 = 0

    public init(place: Place = .translated, capacity: Int = 1_000_000, forgetAfter: Duration = .seconds(600)) {
        self.place = place
        self.capacity = capacity
        self.forgetAfter = forgetAfter
    }

    /// Takes everything that was read at one moment: counters since each flow began.
    public mutating func update(_ counts: [DirectionCount], at now: Timestamp) {
        for count in counts {
            guard let key = key(of: count) else { continue }
            accounts[key, default: Account(lastSeen: now)].update(count, at: now)
        }
        forget(at: now)
    }

    /// Takes what was counted since the last time.
    public mutating func add(_ counts: [DirectionCount], at now: Timestamp) {
        for count in counts {
            guard let key = key(of: count) else { continue }
            accounts[key, default: Account(lastSeen: now)].add(count, at: now)
        }
    }

    /// Forgets what has been silent for long, accounts and connections.
    public mutating func forget(at now: Timestamp) {
        accounts = accounts.filter { now - $0.value.lastSeen < forgetAfter }
        claims.forget(before: now - forgetAfter)
    }

    /// What both directions of a connection's tuple carried; nil until one of them has been counted.
    public func counters(of connection: Connection) -> Connection.Counters? {
        guard connection.original.icmp == nil else { return nil }
        let (request, answer) = tuples(of: connection)
        let forward = account(request, connection), reverse = account(answer, connection)
        guard forward != nil || reverse != nil else { return nil }
        return Connection.Counters(
            packets: forward?.totalPackets ?? 0, octets: forward?.totalOctets ?? 0,
            reversePackets: reverse?.totalPackets ?? 0, reverseOctets: reverse?.totalOctets ?? 0)
    }

    /// Gives a connection of a dump that has no counters its own: what was counted for an earlier connection on the same tuple stays out.
    public mutating func count(_ connection: inout Connection, at now: Timestamp) {
        guard connection.counters == nil, let counters = counters(of: connection) else { return }
        connection.counters = claims.share(of: connection, in: counters, at: now)
    }

    /// Ends a dump.
    ///
    /// - Parameter isWhole: whether a connection that was missing has ended.
    public mutating func finishPoll(isWhole: Bool) { claims.finishPoll(isWhole: isWhole) }

    private mutating func key(of count: DirectionCount) -> Key? {
        let key = Self.key(count.tuple, count.protocolIdentifier, count.zone)
        guard accounts[key] != nil || accounts.count < capacity else {
            refused += 1
            return nil
        }
        return key
    }

    private func account(_ tuple: Connection.Tuple, _ connection: Connection) -> Account? {
        accounts[Self.key(tuple, connection.protocolIdentifier, connection.zone)]
            ?? accounts[Self.key(tuple, connection.protocolIdentifier, nil)]
    }

    private static func key(_ tuple: Connection.Tuple, _ protocolIdentifier: UInt8, _ zone: UInt16?) -> Key {
        Key(
            source: tuple.source, destination: tuple.destination, sourcePort: tuple.sourcePort, destinationPort: tuple.destinationPort,
            protocolIdentifier: protocolIdentifier, zone: zone)
    }

    private func tuples(of connection: Connection) -> (request: Connection.Tuple, answer: Connection.Tuple) {
        let original = connection.original, reply = connection.reply
        switch place {
        case .received: return (original, reply)
        case .translated:
            let request = Connection.Tuple(
                source: original.source, destination: reply.source, sourcePort: original.sourcePort, destinationPort: reply.sourcePort)
            let answer = Connection.Tuple(
                source: original.destination, destination: original.source, sourcePort: original.destinationPort,
                destinationPort: original.sourcePort)
            return (request, answer)
        }
    }
}
