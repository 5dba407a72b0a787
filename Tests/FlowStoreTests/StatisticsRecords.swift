// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX

/// Records of statistics for the store's tests, and the batches that bring them.
struct StatisticsRecords: ~Copyable {
    static let start: Int64 = 1_700_000_040

    private var names = NameTable(seed: 3)
    private var announced = 0

    mutating func rule(
        _ number: UInt64 = 7, at second: Int64, total: UInt64?, delta: UInt64?, name: String? = "allow-dns", node: String = "node-a"
    ) -> StatisticsRecord {
        var record = StatisticsRecord(.policyRule)
        record[time: .observationTimeMilliseconds] = Timestamp(milliseconds: (Self.start + second) * 1000 + 5)
        record[time: .monitoringIntervalStartMilliSeconds] = Timestamp(seconds: Self.start + second - 60)
        record[name: .sourceNodeName] = names.id(of: node)
        record[unsigned: .commonPropertiesId] = number
        record[name: .ingressNetworkPolicyRuleName] = name.map { names.id(of: $0) }
        record[unsigned: .ingressNetworkPolicyRuleAction] = 1
        record[unsigned: .octetTotalCount] = total
        record[unsigned: .octetDeltaCount] = delta
        return record
    }

    mutating func port(_ name: String = "web-0", at second: Int64, total: UInt64, delta: UInt64, errors: UInt64? = nil) -> StatisticsRecord
    {
        var record = StatisticsRecord(.port)
        record[time: .observationTimeMilliseconds] = Timestamp(seconds: Self.start + second)
        record[name: .sourceNodeName] = names.id(of: "node-a")
        record[name: .interfaceName] = names.id(of: name)
        record[unsigned: .ingressInterface] = 4
        record[name: .sourcePodName] = names.id(of: "pod-" + name)
        record[unsigned: .packetTotalCount] = total
        record[unsigned: .packetDeltaCount] = delta
        record[unsigned: .reversePacketTotalCount] = total * 2
        record[unsigned: .reversePacketDeltaCount] = delta * 2
        record[unsigned: .ignoredPacketTotalCount] = errors
        record[unsigned: .reverseIgnoredPacketTotalCount] = errors
        return record
    }

    /// Of the Exporting Process, read at a second, of a process that began at another.
    mutating func notSent(_ total: UInt64, at second: Int64, since: Int64? = 0, process: UInt64 = 1) -> StatisticsRecord {
        var record = StatisticsRecord(.exportingProcessReliability)
        record[unsigned: .exportingProcessId] = process
        record[name: .sourceNodeName] = names.id(of: "node-a")
        record[time: .monitoringIntervalStartMilliSeconds] = since.map { Timestamp(seconds: Self.start + $0) }
        record[time: .monitoringIntervalEndMilliSeconds] = Timestamp(seconds: Self.start + second)
        record[unsigned: .notSentFlowTotalCount] = total
        record[unsigned: .notSentOctetTotalCount] = total * 100
        return record
    }

    mutating func counter(_ name: String, _ value: UInt64, at second: Int64, since: Int64? = 0) -> StatisticsRecord {
        var record = StatisticsRecord(.nodeCounter)
        record[name: .selectorName] = names.id(of: name)
        record[time: .monitoringIntervalStartMilliSeconds] = since.map { Timestamp(seconds: Self.start + $0) }
        record[time: .monitoringIntervalEndMilliSeconds] = Timestamp(seconds: Self.start + second)
        record[unsigned: .selectorIDTotalFlowsObserved] = value
        return record
    }

    /// The records as they came at a second, with the names that no batch has brought yet.
    mutating func batch(_ records: [StatisticsRecord], at second: Int64, from exporter: String = "tcp://192.0.2.1") -> StoreBatch {
        var batch = StoreBatch()
        while announced < names.count {
            announced += 1
            let id = NameID(rawValue: UInt32(announced))
            batch.names.append(StoreBatch.NewName(id: id, text: names.text(of: id)))
        }
        let now = Timestamp(seconds: Self.start + second)
        batch.statistics = records.map {
            ReceivedStatistics(exporter: exporter, observationDomainID: 9, exportTime: now, receivedAt: now, record: $0)
        }
        return batch
    }
}
