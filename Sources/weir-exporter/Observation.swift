// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

/// What came to the metering at one moment: the unit that is metered, recorded and replayed.
struct Observation: Hashable, Sendable {
    var time: Timestamp
    /// Nil when the node's pods are the same as before.
    var pods: [LocalPod]?
    /// Packets that policy refused.
    var denied: [DeniedConnection] = []
    /// What the bridge has counted by rule and by port.
    var switchStatistics: SwitchStatistics?
    /// Which source the report is of.
    var source = SourceID.first
    var report: SourceReport?
}

/// What a source told, or a part of it: a poll is handed over as it is read.
enum SourceReport: Hashable, Sendable {
    case pollBegan
    /// Of the poll that goes on.
    case entries([Connection])
    /// Whether the whole table was read.
    case pollEnded(isWhole: Bool)
    /// A poll that was read before it was handed over.
    case poll([Connection], isWhole: Bool)
    case events([ConnectionEvent])
}

extension Observation {
    /// Everything in it later by a duration.
    func moved(by offset: Duration) -> Observation {
        var moved = self
        moved.time = time + offset
        moved.report = report?.moved(by: offset)
        moved.denied = denied.map { packet in
            var packet = packet
            packet.time = packet.time + offset
            return packet
        }
        moved.switchStatistics = switchStatistics?.moved(by: offset)
        return moved
    }
}

extension SwitchStatistics {
    fileprivate func moved(by offset: Duration) -> SwitchStatistics {
        var moved = self
        for index in moved.rules.indices {
            moved.rules[index].time = moved.rules[index].time + offset
            moved.rules[index].intervalStart = moved.rules[index].intervalStart + offset
        }
        for index in moved.ports.indices {
            moved.ports[index].time = moved.ports[index].time + offset
            moved.ports[index].intervalStart = moved.ports[index].intervalStart + offset
        }
        return moved
    }
}

extension SourceReport {
    fileprivate func moved(by offset: Duration) -> SourceReport {
        switch self {
        case .pollBegan, .pollEnded: self
        case .entries(let connections): .entries(connections.map { $0.moved(by: offset) })
        case .poll(let connections, let isWhole): .poll(connections.map { $0.moved(by: offset) }, isWhole: isWhole)
        case .events(let events): .events(events.map { ConnectionEvent($0.connection.moved(by: offset), kind: $0.kind) })
        }
    }
}

extension Connection {
    fileprivate func moved(by offset: Duration) -> Connection {
        var moved = self
        moved.start = start.map { $0 + offset }
        moved.stop = stop.map { $0 + offset }
        return moved
    }
}
