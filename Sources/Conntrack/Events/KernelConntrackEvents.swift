// SPDX-License-Identifier: Apache-2.0

public import Metering

/// The events of the kernel's connection tracking in one network namespace: entries that begin, get labels, and end.
///
/// A connection of any length is told with its final counters when it ends, if accounting was on when it began and this was open
/// (`nf_conntrack_events` keeps events for those entries only that began while someone listened). Reading blocks the calling thread.
/// It needs CAP_NET_ADMIN.
///
/// The kernel never waits for a reader: events that find no room in the receive buffer are lost and counted, and a dump of the table
/// (``KernelConntrack``) is then the way to know again what there is. The socket belongs to the network namespace of the thread that
/// opened it, from whatever thread it is used.
public struct KernelConntrackEvents: ~Copyable, Sendable {
    /// Holds about 26,000 events, a quarter of a second of 100,000 a second. The kernel takes memory only for events that wait: 1,280
    /// octets each, on Linux 6.18.
    public static let defaultReceiveBuffer = 16 << 20
    /// An event is one message of at most 4 KiB (NLMSG_GOODSIZE).
    private static let bufferLengthInOctets = 16_384

    private let socket: NetfilterSocket
    private var buffer = [UInt8](repeating: 0, count: Self.bufferLengthInOctets)
    private var parser: ConntrackMessageParser
    private var counts = EventStatistics()
    private var lostBefore: UInt32 = 0
    /// What the kernel granted of the receive buffer asked for, in octets.
    public let receiveBuffer: Int

    /// Subscribes.
    ///
    /// - Parameters:
    ///   - zones: the zones whose events are wanted; nil wants all. The kernel leaves out the others.
    ///   - receiveBuffer: the room for events not yet read, in octets; beyond net.core.rmem_max it needs CAP_NET_ADMIN.
    ///   - patience: how long `read` waits for a first event.
    public init(
        zones: [UInt16]? = nil, receiveBuffer: Int = Self.defaultReceiveBuffer, patience: Duration = .milliseconds(500)
    ) throws(ConntrackError) {
        let socket = try NetfilterSocket(timeout: patience)
        let granted = try socket.enlargeReceiveBuffer(octets: receiveBuffer)
        try socket.attach(EventFilter.filter(zones: zones))
        for group in EventGroup.allCases { try socket.join(group: group.rawValue) }
        self.init(socket: socket, zones: zones, receiveBuffer: granted)
    }

    init(socket: consuming NetfilterSocket, zones: [UInt16]?, receiveBuffer: Int) {
        self.socket = socket
        self.receiveBuffer = receiveBuffer
        parser = ConntrackMessageParser(zones: zones)
        lostBefore = self.socket.lostMessages ?? 0
    }

    /// What came since the subscription began.
    public var statistics: EventStatistics {
        var statistics = counts
        statistics.otherZones = UInt64(parser.otherZones)
        statistics.rejected = parser.rejected
        return statistics
    }

    /// Waits for an event, then appends it and those that wait behind it.
    ///
    /// - Parameters:
    ///   - limit: how many events are appended at most.
    ///   - events: in the order in which the kernel sent them, which is that in which they happened to any one entry.
    /// - Returns: whether events were lost since the last call; a dump that begins after this call makes up for them.
    public mutating func read(upTo limit: Int, into events: inout [ConnectionEvent]) throws(ConntrackError) -> Bool {
        let begin = events.count
        // A copy, because the span of a buffer of `self` keeps the rest of `self` from being changed.
        var parser = parser
        defer {
            self.parser = parser
            for event in events[begin...] { counts.count(event.kind) }
        }
        var patience = NetfilterSocket.Patience.wait
        var wereLost = false
        while events.count - begin < limit {
            switch try socket.arrival(into: &buffer, patience) {
            case .nothing: return wereLost
            case .lost:
                wereLost = true
                noteLoss()
            case .datagram(let length):
                _ = parser.receive(buffer.span.extracting(..<length)) { events.append(ConnectionEvent($0, kind: $1)) }
            }
            patience = .look
        }
        return wereLost
    }

    private mutating func noteLoss() {
        counts.overflows += 1
        guard let lost = socket.lostMessages else { return }
        counts.lost += UInt64(lost &- lostBefore)
        lostBefore = lost
    }
}

/// `enum nfnetlink_groups` of linux/netfilter/nfnetlink.h.
private enum EventGroup: CInt, CaseIterable {
    case new = 1
    case update = 2
    case destroy = 3
}
