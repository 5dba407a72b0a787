// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

extension StatisticsRecord {
    /// The one Metering Process of an exporter.
    private static let meteringProcessID: UInt64 = 1

    /// A report as records, of which each collector gets its own: RFC 7011 §4.1 to §4.3, then the counters in the order of their
    /// declaration.
    ///
    /// - Parameters:
    ///   - observedFlows: connections that were metered.
    ///   - nodeName: the node's.
    public static func records(
        of report: ProcessReport, observedFlows: UInt64, nodeName: NameID, names: inout NameTable
    ) -> [StatisticsRecord] {
        var metering = StatisticsRecord(.meteringProcess, report, nodeName)
        metering[unsigned: .observationDomainId] = UInt64(report.observationDomainID)
        metering[unsigned: .meteringProcessId] = meteringProcessID
        metering[unsigned: .exportedMessageTotalCount] = report.exportedMessages
        metering[unsigned: .exportedFlowRecordTotalCount] = report.exportedFlows
        metering[unsigned: .exportedOctetTotalCount] = report.exportedOctets
        metering[unsigned: .observedFlowTotalCount] = observedFlows

        var reliability = StatisticsRecord(.meteringProcessReliability, report, nodeName)
        reliability[unsigned: .observationDomainId] = UInt64(report.observationDomainID)
        reliability[unsigned: .meteringProcessId] = meteringProcessID
        reliability[unsigned: .ignoredPacketTotalCount] = report.ignoredPackets

        var exporting = StatisticsRecord(.exportingProcessReliability, report, nodeName)
        exporting[unsigned: .exportingProcessId] = UInt64(report.exportingProcessID)
        exporting[unsigned: .notSentFlowTotalCount] = report.notSent.flows
        exporting[unsigned: .notSentPacketTotalCount] = report.notSent.packets
        exporting[unsigned: .notSentOctetTotalCount] = report.notSent.octets
        exporting[time: .firstDropMilliseconds] = report.firstDrop
        exporting[time: .lastDropMilliseconds] = report.lastDrop

        var records = [metering, reliability, exporting]
        for counter in NodeCounter.allCases {
            guard let value = report.counters[counter] else { continue }
            var record = StatisticsRecord(.nodeCounter, report, nodeName)
            record[unsigned: .observationDomainId] = UInt64(report.observationDomainID)
            record[name: .selectorName] = names.id(of: counter.rawValue)
            record[unsigned: .selectorIDTotalFlowsObserved] = value
            records.append(record)
        }
        return records
    }

    private init(_ kind: StatisticsKind, _ report: ProcessReport, _ nodeName: NameID) {
        self.init(kind)
        self[time: .monitoringIntervalStartMilliSeconds] = report.began
        self[time: .monitoringIntervalEndMilliSeconds] = report.time
        self[name: .sourceNodeName] = nodeName
    }
}
