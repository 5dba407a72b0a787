// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Metering

/// Packets in, connections out: a metering process over a capture (RFC 5470 §5.1).
///
/// A connection is the packets of both directions between two addresses and ports, or of one ICMP query. Its originator is the sender of
/// its first packet, unless that is an answer. It ends when it was silent for longer than its timeout by the capture's own clock, when a
/// SYN begins another, or when room is needed; what is told of it is the same whatever the speed of reading.
///
/// Memory grows with the connections kept at once, at most to `capacity` of about 200 octets each.
public struct PacketMeter: ~Copyable {
    public struct Configuration: Sendable, Hashable {
        public var timeouts = PacketTimeouts.conntrack
        /// Connections kept at once, and ends that wait to be told. The most silent connection makes room for another.
        public var capacity = 500_000
        /// Packets whose fragments are told apart at once.
        public var fragmentCapacity = 4096
        /// Whether the packets inside tunnels are metered in place of the tunnel's.
        public var inner = false

        public init() {}
    }

    public private(set) var statistics = PacketMeterStatistics()
    public let configuration: Configuration
    private var table: ConnectionTable
    private var fragments: FragmentOwners
    private var clock = CaptureClock()
    /// Places of connections that had packets since the last events, each once; some of connections that have ended since.
    private var changed: [ConnectionTable.Index] = []
    private var ends: [CapturedConnection] = []

    /// - Parameter seed: of the table's hash; one that nobody knows who can send packets.
    public init(_ configuration: Configuration, seed: UInt64) {
        self.configuration = configuration
        table = ConnectionTable(timeouts: configuration.timeouts, seed: seed)
        fragments = FragmentOwners(capacity: configuration.fragmentCapacity)
    }

    /// Connections that go on.
    public var connectionCount: Int { table.count }
    /// Ends that nobody has been told yet.
    public var endCount: Int { ends.count }

    /// Counts a frame to its connection.
    public mutating func receive(_ frame: Frame) {
        receive(frame.octets.span, frame.linkType, originalLength: frame.originalLength, at: frame.time)
    }

    mutating func receive(_ octets: Span<UInt8>, _ linkType: LinkType, originalLength: Int, at time: Timestamp) {
        advance(to: time)
        guard let offset = linkType.networkOffset(in: octets) else {
            statistics.notIP += 1
            return
        }
        guard let outer = InternetPacket(reading: octets, at: offset) else {
            statistics.malformed += 1
            return
        }
        let (packet, start) = configuration.inner ? Encapsulation.innermost(outer, at: offset, in: octets) : (outer, offset)
        let frameLength = max(originalLength, octets.count)
        guard let metered = MeteredPacket(packet, at: start, in: octets, frameLength: frameLength) else {
            statistics.malformed += 1
            return
        }
        if start != offset { statistics.encapsulated += 1 }
        if octets.count < originalLength { statistics.cut += 1 }
        if metered.isCutShort { statistics.withoutPorts += 1 }
        take(metered, at: time)
    }

    /// Ends what is due, for times without frames.
    public mutating func advance(to time: Timestamp) {
        let now = clock.advance(to: time)
        while let early = fragments.giveUp(at: now) { countAlone(early) }
        while let index = table.due(at: now) { end(index, .idle) }
    }

    /// Counts what still waits for its first fragment; for the end of a capture.
    public mutating func finish() {
        while let early = fragments.giveUp(at: .max) { countAlone(early) }
    }
}

extension PacketMeter {
    private mutating func take(_ packet: MeteredPacket, at time: Timestamp) {
        guard let fragment = packet.fragment else {
            statistics.metered += 1
            _ = count(packet, packet.count, from: time, to: time)
            return
        }
        statistics.fragments += 1
        let key = FragmentOwners.Key(packet, fragment)
        if fragment.offset == 0 { takeFirst(packet, key, at: time) } else { takeLater(packet, key, at: time) }
    }

    private mutating func takeFirst(_ packet: MeteredPacket, _ key: FragmentOwners.Key, at time: Timestamp) {
        statistics.metered += 1
        let (connection, isFromFirst) = count(packet, packet.count, from: time, to: time)
        guard let early = fragments.begin(key, .known(connection, isFromFirst: isFromFirst), at: clock.milliseconds) else { return }
        settle(early)
        add(early.count, to: connection, isFromFirst: isFromFirst, from: early.first, to: early.last, of: early.packet)
    }

    private mutating func takeLater(_ packet: MeteredPacket, _ key: FragmentOwners.Key, at time: Timestamp) {
        switch fragments[key] {
        case .known(let connection, let isFromFirst):
            statistics.metered += 1
            add(packet.count, to: connection, isFromFirst: isFromFirst, from: time, to: time, of: packet)
        case .unknown(var early):
            statistics.waiting += 1
            early.count += packet.count
            early.last = max(early.last, time)
            fragments.update(key, .unknown(early))
        case nil:
            statistics.waiting += 1
            _ = fragments.begin(
                key, .unknown(FragmentOwners.Early(packet: packet, count: packet.count, first: time, last: time)), at: clock.milliseconds)
        }
    }

    private mutating func settle(_ early: FragmentOwners.Early) {
        statistics.waiting -= early.count.packets
        statistics.metered += early.count.packets
    }

    private mutating func countAlone(_ early: FragmentOwners.Early?) {
        guard let early else { return }
        settle(early)
        statistics.fragmentsAlone += early.count.packets
        _ = count(early.packet, early.count, from: early.first, to: early.last)
    }

    /// Counts to the connection that the packet's own headers name.
    private mutating func count(
        _ packet: MeteredPacket, _ count: PacketCount, from first: Timestamp, to last: Timestamp
    ) -> (ConnectionKey, isFromFirst: Bool) {
        let (key, isFromFirst) = ConnectionKey.of(packet)
        add(count, to: key, isFromFirst: isFromFirst, from: first, to: last, of: packet)
        return (key, isFromFirst)
    }

    private mutating func add(
        _ count: PacketCount, to key: ConnectionKey, isFromFirst: Bool, from first: Timestamp, to last: Timestamp, of packet: MeteredPacket
    ) {
        let index = continued(key, isFromFirst: isFromFirst, by: packet, at: first)
        table[index].add(count, isFromFirst: isFromFirst, from: first, to: last)
        table[index].observe(packet, isFromFirst: isFromFirst)
        table.touch(index, at: clock.milliseconds)
        table[index].isChanged = true
        if table.enlist(index) { changed.append(index) }
    }

    /// The connection that a packet belongs to, begun where there is none or the packet begins another.
    private mutating func continued(
        _ key: ConnectionKey, isFromFirst: Bool, by packet: MeteredPacket, at time: Timestamp
    ) -> ConnectionTable.Index {
        guard let index = table.find(key) else {
            return begin(PacketConnection(key, packet, isFromFirst: isFromFirst, at: time, after: nil))
        }
        guard table[index].isBegunAnew(by: packet, isFromFirst: isFromFirst) else { return index }
        let known = table[index]
        end(index, .closed)
        return begin(PacketConnection(key, packet, isFromFirst: isFromFirst, at: time, after: known))
    }

    private mutating func begin(_ connection: PacketConnection) -> ConnectionTable.Index {
        while table.count >= max(configuration.capacity, 1), let index = table.mostSilent { end(index, .displaced) }
        statistics.begun += 1
        return table.insert(connection, at: clock.milliseconds)
    }

    private mutating func end(_ index: ConnectionTable.Index, _ cause: CapturedConnection.End) {
        let connection = table.remove(index)
        let end = cause == .idle && connection.hasEnded ? .closed : cause
        switch end {
        case .idle: statistics.idle += 1
        case .closed: statistics.closed += 1
        case .displaced: statistics.displaced += 1
        }
        guard ends.count < configuration.capacity else {
            statistics.endsUntold += 1
            return
        }
        ends.append(connection.captured(end))
    }
}

extension PacketMeter {
    /// Tells each connection that ended since the last call, in the order of their ends.
    public mutating func takeEnds(_ take: (CapturedConnection) -> Void) {
        for connection in ends { take(connection) }
        ends.removeAll(keepingCapacity: true)
    }

    /// Tells the ends, then each connection that began or had packets since the last call, in an order that depends on nothing but the
    /// packets.
    public mutating func takeEvents(_ take: (CapturedConnection, ConnectionEvent.Kind) -> Void) {
        takeEnds { take($0, .destroyed) }
        for index in changed {
            table.delist(index)
            guard table.contains(index), table[index].isChanged else { continue }
            take(table[index].captured(nil), table[index].isTold ? .updated : .new)
            table[index].isChanged = false
            table[index].isTold = true
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// Tells all connections that go on, in no order that means anything.
    public mutating func takeConnections(_ take: (CapturedConnection) -> Void) {
        for index in table.indices where table.contains(index) { take(table[index].captured(nil)) }
    }
}
