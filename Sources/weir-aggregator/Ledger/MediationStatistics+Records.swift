// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation

extension Mediator {
    /// What the aggregator tells of itself, as exporters tell their counters.
    ///
    /// - Parameter began: since when they count.
    func records(since began: Timestamp, at now: Timestamp, names: inout NameTable) -> [ReceivedStatistics] {
        let identity = identity, texts = names.count, refusedTexts = names.refused
        let values =
            MediationStatistics.counters.map { ($0.name, $0.value(statistics)) }
            + IdentityStatistics.counters.map { ($0.name, $0.value(identity)) }
            + [("textsKept", UInt64(texts)), ("textsRefused", refusedTexts)]
        var records: [ReceivedStatistics] = []
        for (name, value) in values {
            var record = StatisticsRecord(.nodeCounter)
            record[name: .selectorName] = names.id(of: name)
            record[unsigned: .selectorIDTotalFlowsObserved] = value
            record[time: .monitoringIntervalStartMilliSeconds] = began
            record[time: .monitoringIntervalEndMilliSeconds] = now
            records.append(
                ReceivedStatistics(
                    exporter: ExporterMinute.aggregator, observationDomainID: 0, exportTime: now, receivedAt: now, record: record))
        }
        return records
    }
}

extension MediationStatistics {
    /// What the aggregator tells of itself, as exporters tell their counters. The records that came are those that opened an interval, merged,
    /// refused and late; those that opened one are stored or still held.
    static let counters: [(name: String, value: @Sendable (MediationStatistics) -> UInt64)] = [
        ("recordsReceived", { $0.received }), ("recordsOpened", { $0.opened }), ("recordsStored", { $0.stored }),
        ("recordsMerged", { $0.merged }), ("recordsRefused", { $0.refused }),
        ("recordsWithoutKey", { $0.withoutKey }), ("recordsWithoutTime", { $0.withoutTime }),
        ("recordsFromTheFuture", { $0.fromTheFuture }), ("recordsForeign", { $0.foreign }),
        ("recordsLate", { $0.late }), ("connectionsBegun", { $0.connections }), ("connectionsResumed", { $0.resumed }),
        ("connectionsEvicted", { $0.evicted }), ("connectionsSourceOnly", { $0.sourceOnly }),
        ("connectionsDestinationOnly", { $0.destinationOnly }), ("endsUnnamed", { $0.unnamed }), ("intervalsCut", { $0.intervals }),
        ("connectionsAskedAgain", { $0.askedAgain }), ("connectionsAmended", { $0.amended }), ("connectionsNotAwaited", { $0.notAwaited }),
        ("endsContradicted", { $0.contradicted }), ("halvesAmbiguous", { $0.ambiguous }),
    ]
}

extension IdentityStatistics {
    /// What is known of the cluster at present, and how often there was no room for more.
    static let counters: [(name: String, value: @Sendable (IdentityStatistics) -> UInt64)] = [
        ("clusterPods", { UInt64($0.pods) }), ("clusterServices", { UInt64($0.services) }), ("clusterNodes", { UInt64($0.nodes) }),
        ("addressesKnown", { UInt64($0.addresses) }), ("addressesForgotten", { $0.evicted }), ("addressesRefused", { $0.refused }),
        ("clusterObjectsUnnamed", { $0.unnamed }),
    ]
}
