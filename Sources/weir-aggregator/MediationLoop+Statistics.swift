// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation

extension MediationStatistics {
    /// What the aggregator tells of itself, as exporters tell their counters: the records that came are those merged, refused and late.
    static let counters: [(name: String, value: @Sendable (MediationStatistics) -> UInt64)] = [
        ("recordsReceived", { $0.received }), ("recordsMerged", { $0.merged }), ("recordsRefused", { $0.refused }),
        ("recordsWithoutKey", { $0.withoutKey }), ("recordsWithoutTime", { $0.withoutTime }),
        ("recordsFromTheFuture", { $0.fromTheFuture }),
        ("recordsLate", { $0.late }), ("connectionsBegun", { $0.connections }), ("connectionsResumed", { $0.resumed }),
        ("connectionsEvicted", { $0.evicted }), ("connectionsSourceOnly", { $0.sourceOnly }),
        ("connectionsDestinationOnly", { $0.destinationOnly }), ("endsUnnamed", { $0.unnamed }), ("intervalsCut", { $0.intervals }),
    ]

    /// The counters as records of statistics.
    ///
    /// - Parameter began: since when they count.
    func records(since began: Timestamp, at now: Timestamp, names: inout NameTable) -> [ReceivedStatistics] {
        var records: [ReceivedStatistics] = []
        for counter in Self.counters {
            var record = StatisticsRecord(.nodeCounter)
            record[name: .selectorName] = names.id(of: counter.name)
            record[unsigned: .selectorIDTotalFlowsObserved] = counter.value(self)
            record[time: .monitoringIntervalStartMilliSeconds] = began
            record[time: .monitoringIntervalEndMilliSeconds] = now
            records.append(
                ReceivedStatistics(
                    exporter: Self.exporter, observationDomainID: 0, exportTime: now, receivedAt: now, record: record))
        }
        return records
    }

    /// What stands for the aggregator where exporters are named.
    static let exporter = "aggregator"
}
