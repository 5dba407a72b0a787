// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Makes statistics of a node's switch ports out of readings of their counters.
public struct PortMeter: Sendable {
    public let nodeName: String

    private var ports: CounterGrowth<String, PortCounters>
    private var totals: [String: PortCounters] = [:]

    /// - Parameter capacity: ports beyond this many are counted in `refused` and passed over.
    public init(nodeName: String, capacity: Int = 65_536) {
        self.nodeName = nodeName
        ports = CounterGrowth(capacity: capacity)
    }

    /// Ports that were found made again, their counters at zero.
    public var resets: UInt64 { ports.resets }
    /// Readings there was no room for.
    public var refused: UInt64 { ports.refused }

    /// Takes all ports as read at one moment. Counts of numbers that no port has are passed over: the port has just come or gone.
    ///
    /// - Returns: the ports that have counted something since the last reading, and those read for the first time; sorted by interface.
    public mutating func observe(_ counts: [PortCount], ports known: [SwitchPort], at now: Timestamp) -> [PortStatistics] {
        let intervalStart = ports.lastReading ?? now
        let byNumber = Dictionary(known.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        var named: [String: SwitchPort] = [:]
        let readings = counts.compactMap { count -> CounterGrowth<String, PortCounters>.Reading? in
            guard let port = byNumber[count.number] else { return nil }
            named[port.interface] = port
            return .init(key: port.interface, counters: count.counters, age: count.age)
        }
        var statistics: [PortStatistics] = []
        var totals: [String: PortCounters] = [:]
        let isFirst = ports.lastReading == nil
        ports.observe(readings, at: now) { [before = self.totals, nodeName] interface, growth, current in
            // A port that is new to a meter at work has no total yet, and all it shows is growth.
            let total = before[interface].map { $0 + growth } ?? current
            totals[interface] = total
            let isNew = before[interface] == nil
            guard let port = named[interface], isNew || growth.hasCounted else { return }
            statistics.append(
                PortStatistics(
                    node: nodeName, port: port, time: now, intervalStart: intervalStart, growth: isFirst ? current.zeroed : growth,
                    total: total))
        }
        self.totals = totals
        return statistics.sorted { $0.port.interface < $1.port.interface }
    }
}
