// SPDX-License-Identifier: Apache-2.0

public import Metering

/// The connection table of a running ovs-vswitchd, read by one dump of all zones.
///
/// Blocking; for one thread. A dump of 100,000 connections keeps ovs-vswitchd's main thread for about 0.3 s, and the
/// userspace datapath forwards packets on that thread: ask a `DumpBudget` when the next one is due, and never dump zone by zone,
/// which scans the table each time.
public final class OVSConntrack {
    private let client: UnixctlClient
    private let datapath: String?
    private let localTime: LocalTime
    private let capacity: Int
    private let timeout: Duration

    /// - Parameters:
    ///   - datapath: such as `netdev@ovs-netdev`; needed only where ovs-vswitchd has several.
    ///   - localTime: of ovs-vswitchd, which prints local times.
    ///   - capacity: connections beyond this many are counted and dropped.
    ///   - timeout: for the dump.
    public init(
        client: UnixctlClient, datapath: String? = nil, localTime: LocalTime = .offset(seconds: 0), capacity: Int = 1_000_000,
        timeout: Duration = .seconds(30)
    ) {
        self.client = client
        self.datapath = datapath
        self.localTime = localTime
        self.capacity = capacity
        self.timeout = timeout
    }

    /// Hands over every connection tracked now, as the dump arrives; no more of it than 64 KiB is kept at a time.
    ///
    /// On an error what was handed over is only a part of the table.
    public func poll(_ take: (Connection) -> Void) throws(OpenVSwitchError) -> DumpStatistics {
        let expected = try number("dpctl/ct-get-nconns")
        var parser = ConntrackDumpParser(localTime: localTime, capacity: capacity)
        var batch: [Connection] = []
        var octets = 0
        let start = ContinuousClock.now
        var firstText: ContinuousClock.Instant?
        try client.call("dpctl/dump-conntrack", ["-m", "-s"] + datapathParameter, timeout: timeout) { text in
            firstText = firstText ?? ContinuousClock.now
            octets += text.count
            parser.consume(text, into: &batch)
            for connection in batch { take(connection) }
            batch.removeAll(keepingCapacity: true)
        }
        parser.finish(into: &batch)
        for connection in batch { take(connection) }
        let end = ContinuousClock.now
        return DumpStatistics(
            expectedConnections: expected, octets: octets, stall: (firstText ?? end) - start, duration: end - start,
            lines: parser.statistics)
    }

    /// Replaces `connections` by the connections tracked now.
    ///
    /// On an error `connections` is empty: half a table would look as if the other half had ended.
    public func poll(into connections: inout [Connection]) throws(OpenVSwitchError) -> DumpStatistics {
        connections.removeAll(keepingCapacity: true)
        var read: [Connection] = []
        swap(&read, &connections)
        let statistics = try poll { read.append($0) }
        swap(&read, &connections)
        return statistics
    }

    /// How full the table is. Asks for three numbers, which costs no scan.
    public func tableUse() throws(OpenVSwitchError) -> ConntrackTableUse {
        ConntrackTableUse(
            connections: try number("dpctl/ct-get-nconns"), maximum: try number("dpctl/ct-get-maxconns"),
            refused: try number("coverage/read-counter", ["conntrack_full"]).map { UInt64($0) })
    }

    /// Nil where the daemon refuses: a datapath that cannot tell, or a version that does not know the request.
    private func number(_ request: String, _ parameters: [String]? = nil) throws(OpenVSwitchError) -> Int? {
        do throws(OpenVSwitchError) {
            let text = try client.call(request, parameters ?? datapathParameter)
            return Int(text.prefix { ("0"..."9").contains($0) })
        } catch .refused {
            return nil
        }
    }

    private var datapathParameter: [String] { datapath.map { [$0] } ?? [] }
}
