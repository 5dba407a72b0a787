// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Who is behind connections from outside the cluster, from the host's own connections of conntrack zone 0.
///
/// What enters a node for a NodePort, LoadBalancer or external address is translated in zone 0 before the switch sees it: its
/// destination to an endpoint, and mostly its source to the node.
///
/// ```
///   zone 0:       client:50000 → node:30080      answered by  endpoint:8080 → gateway:61000
///   switch zone:                                              gateway:61000 → endpoint:8080
/// ```
///
/// Under externalTrafficPolicy Local the source stays the client's. Entries are forgotten one to two minutes after they were seen last.
struct ExternalClients: Sendable {
    /// What a connection of the switch's zone looks like, as both know it.
    private struct Key: Hashable {
        let source: IPAddress, destination: IPAddress
        let sourcePort: UInt16, destinationPort: UInt16
        let protocolIdentifier: UInt8
    }

    private static let lifetime = Duration.seconds(60)

    private let capacity: Int
    private var young: [Key: ExternalClient] = [:]
    private var old: [Key: ExternalClient] = [:]
    private var lastTurn: Timestamp?
    /// Connections of zone 0 that had no room.
    private(set) var refused: UInt64 = 0

    init(capacity: Int = 65_536) {
        self.capacity = capacity
    }

    /// Takes a connection of zone 0. One without a translated destination leads nowhere and is passed over.
    mutating func observe(_ connection: Connection, at now: Timestamp) {
        let original = connection.original, reply = connection.reply
        guard original.icmp == nil, original.destination != reply.source || original.destinationPort != reply.sourcePort else { return }
        turn(at: now)
        let key = Key(
            source: reply.destination, destination: reply.source, sourcePort: reply.destinationPort, destinationPort: reply.sourcePort,
            protocolIdentifier: connection.protocolIdentifier)
        guard young[key] != nil || young.count < capacity else {
            refused += 1
            return
        }
        young[key] = ExternalClient(
            address: original.source, port: original.sourcePort, destination: original.destination,
            destinationPort: original.destinationPort)
    }

    private mutating func turn(at now: Timestamp) {
        guard let last = lastTurn else {
            lastTurn = now
            return
        }
        guard now - last >= Self.lifetime else { return }
        old = young
        young.removeAll()
        lastTurn = now
    }

    /// Who began a connection of the switch's zones; nil when zone 0 does not say.
    func client(of connection: Connection) -> ExternalClient? {
        guard connection.original.icmp == nil, !young.isEmpty || !old.isEmpty else { return nil }
        let key = Key(
            source: connection.original.source, destination: connection.reply.source, sourcePort: connection.original.sourcePort,
            destinationPort: connection.reply.sourcePort, protocolIdentifier: connection.protocolIdentifier)
        return young[key] ?? old[key]
    }
}

/// The client of a connection from outside, and where it wanted to go.
struct ExternalClient: Sendable, Hashable {
    let address: IPAddress
    let port: UInt16
    /// The node's address, or that of a LoadBalancer.
    let destination: IPAddress
    let destinationPort: UInt16
}
