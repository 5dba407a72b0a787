// SPDX-License-Identifier: Apache-2.0

public import Metering

/// The connection tracking table of the Linux kernel, read over nfnetlink in one network namespace.
///
/// Reading blocks the calling thread: a whole table costs the kernel about 2 µs an entry, a zone's entries much less.
/// It needs CAP_NET_ADMIN. Entries have counters and times only if those were on when they began (`KernelAccounting`).
///
/// The socket belongs to the network namespace of the thread that opened it. After a failed poll the next one opens a new
/// socket, so poll from a thread in that namespace.
public struct KernelConntrack: ~Copyable, Sendable {
    /// The kernel fills datagrams of up to 32 KiB and makes none larger than the largest read it has seen.
    private static let bufferLengthInOctets = 65_536
    /// How often a dump is repeated when the table changed while it was read.
    private static let repetitions = 3

    private var socket: NetfilterSocket
    private var buffer = [UInt8](repeating: 0, count: Self.bufferLengthInOctets)
    private var sequenceNumber: UInt32 = 0
    /// The rest of an unfinished answer may still come out of the socket.
    private var needsNewSocket = false
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

    /// Appends the entries of the table as they are.
    ///
    /// A dump during which the table changed is repeated up to three times; the last one counts.
    /// Older kernels ignore the zone in a request; the entries of other zones are left out here, at the cost of a whole dump a zone.
    ///
    /// - Parameters:
    ///   - zones: the zones to read, one dump each; nil reads all, none reads nothing. The kernel has no filter for zone 0:
    ///     with it among the zones the whole table is read once and all zones are picked from it.
    ///   - connections: keeps what it has; in the order of the kernel's table, which is none.
    /// - Throws: `ConntrackError`; `connections` is then as it was.
    public mutating func poll(zones: [UInt16]? = nil, into connections: inout [Connection]) throws(ConntrackError) -> DumpStatistics {
        let clock = ContinuousClock(), begin = clock.now
        let count = connections.count
        var statistics = DumpStatistics()
        do throws(ConntrackError) {
            if needsNewSocket {
                socket = try NetfilterSocket(timeout: timeout)
                needsNewSocket = false
            }
            for request in DumpRequest.plan(zones: zones) {
                try read(request, into: &connections, &statistics)
            }
        } catch {
            needsNewSocket = true
            connections.removeSubrange(count...)
            throw error
        }
        statistics.duration = clock.now - begin
        return statistics
    }

    /// Dumps until the table held still, or often enough.
    private mutating func read(
        _ request: DumpRequest, into connections: inout [Connection], _ statistics: inout DumpStatistics
    ) throws(ConntrackError) {
        let count = connections.count
        for repetition in 0...Self.repetitions {
            let parser = try dump(request, capacity: capacity - statistics.entries, into: &connections)
            statistics.dumps += 1
            if parser.interrupted { statistics.interrupted += 1 }
            if !parser.interrupted || repetition == Self.repetitions {
                statistics.add(parser)
                return
            }
            connections.removeSubrange(count...)
        }
    }

    /// Sends one request and reads its answer to the end.
    private mutating func dump(
        _ request: DumpRequest, capacity: Int, into connections: inout [Connection]
    ) throws(ConntrackError) -> ConntrackMessageParser {
        sequenceNumber &+= 1
        try socket.send(request.octets(sequenceNumber: sequenceNumber))
        var parser = ConntrackMessageParser(zones: request.zones, sequenceNumber: sequenceNumber, capacity: capacity)
        while true {
            let length = try socket.receive(into: &buffer)
            switch parser.receive(buffer.span.extracting(..<length), into: &connections) {
            case .unfinished: continue
            case .done: return parser
            case .failed(let errno): throw .refused(.dump, errno: errno)
            case .overrun: throw .overrun
            }
        }
    }
}
