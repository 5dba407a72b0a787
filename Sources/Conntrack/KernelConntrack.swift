// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Metering

/// The connection tracking table of the Linux kernel, read over nfnetlink in one network namespace.
///
/// Reading blocks the calling thread: a whole table costs the kernel about 2 µs an entry, a zone's entries much less.
/// It needs CAP_NET_ADMIN. Entries have counters and times only if those were on when they began (`KernelAccounting`).
///
/// The socket belongs to the network namespace of the thread that opened it, from whatever thread it is used.
public struct KernelConntrack: ~Copyable, Sendable {
    /// The kernel fills datagrams of up to 32 KiB and makes none larger than the largest read it has seen.
    private static let bufferLengthInOctets = 65_536
    /// How often a dump is repeated when the table changed while it was read.
    private static let repetitions = 3

    let socket: NetfilterSocket
    var buffer = [UInt8](repeating: 0, count: Self.bufferLengthInOctets)
    var sequenceNumber: UInt32 = 0
    /// The rest of an unfinished answer may still come out of the socket.
    var needsDraining = false
    /// Before Linux 6.8 the kernel ignores the zone in a request. Asked for once.
    private var filtersZones = true
    private let timeout: Duration
    private let capacity: Int

    /// Opens the socket.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for each datagram of an answer; more than zero.
    ///   - capacity: how many entries one poll hands over at most; what is beyond is counted.
    /// - Throws: `ConntrackError.refused` when the kernel has no netfilter netlink or files run out.
    public init(timeout: Duration = .seconds(5), capacity: Int = 1 << 20) throws(ConntrackError) {
        self.init(socket: try NetfilterSocket(timeout: timeout), timeout: timeout, capacity: capacity)
    }

    init(socket: consuming NetfilterSocket, timeout: Duration, capacity: Int) {
        self.socket = socket
        self.timeout = timeout
        self.capacity = capacity
    }

    /// Hands over the entries of the table as they are, while they are read.
    ///
    /// A dump during which the table changed is repeated up to three times, and its entries are handed over again.
    ///
    /// - Parameters:
    ///   - zones: the zones to read, one dump each where the kernel picks them; nil reads all, none reads nothing. The kernel has no
    ///     filter for zone 0: with it among the zones, or before Linux 6.8, the whole table is read once and the zones are picked here.
    ///   - take: is given each entry once a dump, in the order of the kernel's table, which is none.
    /// - Throws: `ConntrackError`; what was handed over then is only a part.
    public mutating func poll(zones: [UInt16]? = nil, _ take: (Connection) -> Void) throws(ConntrackError) -> DumpStatistics {
        try poll(zones: zones, onDump: { _ in }, take)
    }

    /// Appends the entries of the table as they are; those of a dump that is repeated are taken back.
    ///
    /// - Parameters:
    ///   - zones: as for the poll that hands over.
    ///   - connections: keeps what it has.
    /// - Throws: `ConntrackError`; `connections` is then as it was.
    public mutating func poll(zones: [UInt16]? = nil, into connections: inout [Connection]) throws(ConntrackError) -> DumpStatistics {
        let count = connections.count
        var countBefore = count
        do throws(ConntrackError) {
            let begin = { (dump: DumpBegin) in
                switch dump {
                case .first: countBefore = connections.count
                case .again: connections.removeSubrange(countBefore...)
                }
            }
            return try poll(zones: zones, onDump: begin) { connections.append($0) }
        } catch {
            connections.removeSubrange(count...)
            throw error
        }
    }
}

extension KernelConntrack {
    /// Whether a dump is a request's first, or replaces the one before it.
    private enum DumpBegin { case first, again }

    private mutating func poll(
        zones: [UInt16]?, onDump: (DumpBegin) -> Void, _ take: (Connection) -> Void
    ) throws(ConntrackError) -> DumpStatistics {
        let clock = ContinuousClock(), begin = clock.now
        var statistics = DumpStatistics()
        try prepare()
        do throws(ConntrackError) {
            try read(DumpRequest.plan(zones: zones, kernelPicks: filtersZones), onDump: onDump, take, &statistics)
        } catch {
            guard filtersZones, zones != nil, error.isOfTheRequest else { throw error }
            try read(DumpRequest.plan(zones: zones, kernelPicks: false), onDump: onDump, take, &statistics)
            filtersZones = false
        }
        needsDraining = false
        statistics.duration = clock.now - begin
        return statistics
    }

    /// Makes the socket ready for a request, and takes it that its answer will not be read to its end.
    mutating func prepare() throws(ConntrackError) {
        if needsDraining { try socket.drain(into: &buffer) }
        needsDraining = true
    }

    private mutating func read(
        _ requests: [DumpRequest], onDump: (DumpBegin) -> Void, _ take: (Connection) -> Void, _ statistics: inout DumpStatistics
    ) throws(ConntrackError) {
        for request in requests { try read(request, onDump: onDump, take, &statistics) }
    }

    /// Dumps until the table held still, or often enough.
    private mutating func read(
        _ request: DumpRequest, onDump: (DumpBegin) -> Void, _ take: (Connection) -> Void, _ statistics: inout DumpStatistics
    ) throws(ConntrackError) {
        for repetition in 0...Self.repetitions {
            onDump(repetition == 0 ? .first : .again)
            let parser = try dump(request, capacity: capacity - statistics.entries, take)
            statistics.dumps += 1
            if request.filter != nil, parser.otherZones > 0 { filtersZones = false }
            if parser.interrupted { statistics.interrupted += 1 }
            if !parser.interrupted || repetition == Self.repetitions {
                statistics.add(parser)
                return
            }
        }
    }

    /// Sends one request and reads its answer to the end.
    private mutating func dump(
        _ request: DumpRequest, capacity: Int, _ take: (Connection) -> Void
    ) throws(ConntrackError) -> ConntrackMessageParser {
        sequenceNumber &+= 1
        try socket.send(request.octets(sequenceNumber: sequenceNumber))
        var parser = ConntrackMessageParser(zones: request.zones, sequenceNumber: sequenceNumber, capacity: capacity)
        while true {
            let length = try socket.receive(into: &buffer)
            switch parser.receive(buffer.span.extracting(..<length), { connection, _ in take(connection) }) {
            case .unfinished: continue
            case .done: return parser
            case .failed(let errno): throw .refused(.dump, errno: errno)
            case .overrun: throw .overrun
            }
        }
    }
}

extension ConntrackError {
    /// Whether the kernel did not understand, so that a simpler request may do.
    fileprivate var isOfTheRequest: Bool {
        self == .refused(.dump, errno: EINVAL) || self == .refused(.dump, errno: EOPNOTSUPP)
    }
}
