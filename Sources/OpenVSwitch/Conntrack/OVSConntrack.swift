// SPDX-License-Identifier: Apache-2.0

public import Metering

/// The connection table of a running ovs-vswitchd, read by one dump of all zones.
///
/// Blocking; for one thread. A dump of 100,000 connections keeps ovs-vswitchd's main thread for about 0.3 s, and the
/// userspace datapath forwards packets on that thread: stretch the interval when `DumpStatistics.duration` grows, and
/// never dump zone by zone, which scans the table each time.
public final class OVSConntrack {
    private let client: UnixctlClient
    private let datapath: String?
    private let utcOffsetSeconds: Int
    private let capacity: Int
    private let timeout: Duration

    /// - Parameters:
    ///   - datapath: such as `netdev@ovs-netdev`; needed only where ovs-vswitchd has several.
    ///   - utcOffsetSeconds: seconds east of UTC of ovs-vswitchd, which prints local times.
    ///   - capacity: connections beyond this many are counted and dropped.
    ///   - timeout: for the dump.
    public init(
        client: UnixctlClient, datapath: String? = nil, utcOffsetSeconds: Int = 0, capacity: Int = 1_000_000,
        timeout: Duration = .seconds(30)
    ) {
        self.client = client
        self.datapath = datapath
        self.utcOffsetSeconds = utcOffsetSeconds
        self.capacity = capacity
        self.timeout = timeout
    }

    /// Replaces `connections` by the connections tracked now.
    ///
    /// On an error `connections` is empty: half a table would look as if the other half had ended.
    public func poll(into connections: inout [Connection]) throws(OpenVSwitchError) -> DumpStatistics {
        connections.removeAll(keepingCapacity: true)
        let expected = try expectedConnections()
        connections.reserveCapacity(min(expected ?? 0, capacity))
        var parser = ConntrackDumpParser(utcOffsetSeconds: utcOffsetSeconds, capacity: capacity)
        var octets = 0
        let start = ContinuousClock.now
        do throws(OpenVSwitchError) {
            let parameters = ["-m", "-s"] + (datapath.map { [$0] } ?? [])
            try client.call("dpctl/dump-conntrack", parameters, timeout: timeout) { text in
                octets += text.count
                parser.consume(text, into: &connections)
            }
        } catch {
            connections.removeAll(keepingCapacity: true)
            throw error
        }
        parser.finish(into: &connections)
        return DumpStatistics(
            expectedConnections: expected, octets: octets, duration: ContinuousClock.now - start, lines: parser.statistics)
    }

    /// `dpctl/ct-get-nconns` costs no scan. A datapath that cannot tell refuses, which is no error here.
    private func expectedConnections() throws(OpenVSwitchError) -> Int? {
        do throws(OpenVSwitchError) {
            let text = try client.call("dpctl/ct-get-nconns", datapath.map { [$0] } ?? [])
            return Int(text.prefix { $0.isNumber })
        } catch .refused {
            return nil
        }
    }
}
