// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What the store keeps of intervals, and gives back to a mediator that starts again.
struct SimulatedStore {
    struct Row {
        let end: Timestamp
        let deltas: [FlowField: UInt64]
    }

    struct StoredConnection {
        var latest: FlowInterval
        var rows: [Row] = []
        var sums: [FlowField: UInt64] = [:]
    }

    private(set) var connections: [Int64: StoredConnection] = [:]
    private var newest: Timestamp?

    var nextConnection: Int64 { (connections.keys.max() ?? 0) + 1 }

    /// Commits a batch.
    mutating func write(_ intervals: [FlowInterval]) {
        for interval in intervals {
            var stored = connections[interval.connection] ?? StoredConnection(latest: interval)
            stored.latest = interval
            if interval.hasInterval { stored.add(interval) }
            connections[interval.connection] = stored
            if interval.hasInterval, let end = interval.record[time: .flowEndMilliseconds] { newest = max(newest ?? end, end) }
        }
    }

    /// The last interval of each connection that ended at most so long before the newest, as `FlowWriter.lastIntervals` has them.
    func lastIntervals(within horizon: Duration) -> [FlowInterval] {
        guard let newest else { return [] }
        return connections.sorted { $0.key > $1.key }.map(\.value)
            .filter { ($0.rows.last?.end).map { $0 >= newest - horizon } ?? false }.map(\.latest)
    }
}

extension SimulatedStore.StoredConnection {
    fileprivate mutating func add(_ interval: FlowInterval) {
        var deltas: [FlowField: UInt64] = [:]
        for scope in FlowCounter.Scope.allCases {
            for counter in FlowCounter.allCases {
                guard let delta = interval.record[unsigned: counter.delta(scope)] else { continue }
                deltas[counter.delta(scope)] = delta
                sums[counter.delta(scope), default: 0] += delta
            }
        }
        if let end = interval.record[time: .flowEndMilliseconds] { rows.append(SimulatedStore.Row(end: end, deltas: deltas)) }
    }
}
