// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX

/// The intervals that a mediator would hand to a store, a million for each hour, always the same for the same number of pairs.
///
/// Connections are between pairs of pods drawn evenly from those there are, which is the worst case for sums and caches: real traffic has
/// favourites. 70 % of them are one interval long, the others 2 to 8, one a minute. Both nodes reported each, and agree.
struct StoreTraffic: ~Copyable {
    static let intervalsPerHour = 1_000_000
    static let start = Timestamp(seconds: 1_800_000_000)
    /// How many records of exporters an interval stands for.
    static let recordsPerInterval = 2
    private static let window: Int64 = 60

    private struct Connection {
        let id: Int64
        let pair: Int
        let port: UInt64
        let start: Timestamp
        var end: Timestamp
        var totals: InlineArray<4, UInt64>
        var remaining: UInt64
    }

    private var generator = SeededGenerator(seed: 7)
    private var names = NameTable(seed: 1)
    private var announced: UInt32 = 0
    private var pairs: [FlowRecord] = []
    /// By the second in which they go on, modulo the window.
    private var lasting = [[Connection]](repeating: [], count: Int(window))
    private var nextConnection: Int64 = 1
    private var produced = 0
    private var second: Int64 = 0
    private var pending: [FlowInterval] = []

    init(pairs count: Int) {
        pairs.reserveCapacity(count)
        for _ in 0..<count { pairs.append(pair()) }
    }

    /// The next intervals, in about the order of their ends, and the texts that they are the first to refer to.
    mutating func batch(of count: Int) -> StoreBatch {
        while pending.count < count { advance() }
        var batch = StoreBatch()
        while announced < UInt32(names.count) {
            announced += 1
            batch.names.append(StoreBatch.NewName(id: NameID(rawValue: announced), text: names.text(of: NameID(rawValue: announced))))
        }
        batch.intervals = Array(pending.prefix(count))
        pending.removeFirst(count)
        return batch
    }

    /// Everything that ends in a second: first what goes on, then new connections up to the rate.
    private mutating func advance() {
        second += 1
        let now = Self.start + .seconds(second)
        let due = Int(second * Int64(Self.intervalsPerHour) / 3600) - produced
        let place = Int(second % Self.window)
        var (continuing, kept) = (lasting[place], [Connection]())
        lasting[place].removeAll(keepingCapacity: true)
        var made = 0
        for index in continuing.indices {
            let previous = continuing[index].end
            continuing[index].end = now - .milliseconds(Int64(below(1000)))
            pending.append(interval(&continuing[index], previousEnd: previous))
            made += 1
            if continuing[index].remaining > 0 { kept.append(continuing[index]) }
        }
        while made < due {
            var connection = began(before: now)
            pending.append(interval(&connection, previousEnd: nil))
            made += 1
            if connection.remaining > 0 { kept.append(connection) }
        }
        lasting[place] = kept
        produced += made
    }

    private mutating func began(before now: Timestamp) -> Connection {
        // It ended, or was first told of, some seconds ago.
        let end = now - .milliseconds(Int64(below(5000)))
        defer { nextConnection += 1 }
        return Connection(
            id: nextConnection, pair: Int(below(UInt64(pairs.count))), port: 32_768 + below(28_000),
            start: end - .milliseconds(Int64(20 + below(4000))), end: end, totals: InlineArray(repeating: 0),
            remaining: below(10) < 7 ? 1 : 2 + below(7))
    }

    private mutating func interval(_ connection: inout Connection, previousEnd: Timestamp?) -> FlowInterval {
        connection.remaining -= 1
        var record = pairs[connection.pair]
        record[time: .flowStartMilliseconds] = connection.start
        record[time: .flowEndMilliseconds] = connection.end
        record[unsigned: .sourceTransportPort] = connection.port
        record[unsigned: .flowEndReason] = connection.remaining == 0 ? 3 : 2
        // Sizes over some orders of magnitude, as those of flows are.
        let packets = 1 + below(1 << below(10)), reversePackets = 1 + below(1 << below(10))
        let growth: [FlowCounter: UInt64] = [
            .packets: packets, .octets: packets * (52 + below(600)), .reversePackets: reversePackets,
            .reverseOctets: reversePackets * (52 + below(1400)),
        ]
        for counter in FlowCounter.allCases {
            let delta = growth[counter] ?? 0
            connection.totals[counter.rawValue] += delta
            for scope in FlowCounter.Scope.allCases {
                record[unsigned: counter.delta(scope)] = delta
                record[unsigned: counter.total(scope)] = connection.totals[counter.rawValue]
            }
        }
        let duration = UInt64(max(1, (connection.end - (previousEnd ?? connection.start)).wholeMilliseconds))
        for (field, octets) in [(FlowField.throughput, FlowCounter.octets), (.reverseThroughput, .reverseOctets)] {
            record[unsigned: field] = (growth[octets] ?? 0) * 8000 / duration
        }
        record[unsigned: .throughputFromSourceNode] = record[unsigned: .throughput]
        record[unsigned: .throughputFromDestinationNode] = record[unsigned: .throughput]
        record[unsigned: .reverseThroughputFromSourceNode] = record[unsigned: .reverseThroughput]
        record[unsigned: .reverseThroughputFromDestinationNode] = record[unsigned: .reverseThroughput]
        record[unsigned: .flowEndSecondsFromSourceNode] = UInt64(connection.end.seconds)
        record[unsigned: .flowEndSecondsFromDestinationNode] = UInt64(connection.end.seconds) - below(2)
        return FlowInterval(
            connection: connection.id, record: record, isConnectionChanged: previousEnd == nil,
            starts: HalfStarts(source: connection.start, destination: connection.start + .milliseconds(1)), previousEnd: previousEnd)
    }

    /// Two pods of two thousand, and what Kubernetes says of them.
    private mutating func pair() -> FlowRecord {
        var record = FlowRecord()
        let (source, destination) = (below(2000), below(2000))
        record[address: .sourceIPAddress] = IPAddress(v4: 0x0A0A_0000 + UInt32(source))
        record[address: .destinationIPAddress] = IPAddress(v4: 0x0A0A_0000 + UInt32(destination))
        record[unsigned: .protocolIdentifier] = 6
        record[unsigned: .destinationTransportPort] = [80, 443, 8080, 5432, 6379, 9092][Int(below(6))]
        record[unsigned: .flowType] = 2
        record[unsigned: .observation] = 1
        record[address: .destinationServiceIP] = IPAddress(v4: 0x0A60_0000 + UInt32(destination % 300))
        record[unsigned: .destinationServicePort] = 80
        record[unsigned: .ingressNetworkPolicyRuleAction] = 1
        record[unsigned: .ingressNetworkPolicyType] = 3
        for (field, text) in [
            (FlowField.sourcePodName, "checkout-5d78c9869d-\(source)"), (.sourcePodNamespace, "shop-\(source % 20)"),
            (.sourceNodeName, "worker-\(source % 50)"), (.destinationPodName, "checkout-5d78c9869d-\(destination)"),
            (.destinationPodNamespace, "shop-\(destination % 20)"), (.destinationNodeName, "worker-\(destination % 50)"),
            (.destinationServicePortName, "shop-\(destination % 20)/checkout:http"),
            (.ingressNetworkPolicyName, "allow-web-\(destination % 200)"), (.ingressNetworkPolicyNamespace, "shop-\(destination % 20)"),
            (.tcpState, "TIME_WAIT"),
        ] { record[name: field] = names.id(of: text) }
        return record
    }

    private mutating func below(_ bound: UInt64) -> UInt64 { generator.next() % bound }
}
