// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import IPFIXTransport
import Metering

/// Tells every collector, each minute and at the end, what became of everything on the way to it (RFC 7011 §4).
struct ProcessReporting {
    /// RFC 7011 §4 leaves the interval open.
    static let interval = Duration.seconds(60)

    private let exporting: [ExportingProcess]
    private let counters: NodeCounters
    private let observationDomainID: UInt32
    private let began: Timestamp
    private var due: Timestamp
    private var drops: [Drops]

    /// What was given up on the way to one collector, as far as it has been noticed.
    private struct Drops {
        var records: UInt64 = 0
        var first, last: Timestamp?

        mutating func note(_ records: UInt64, at now: Timestamp) {
            guard records > self.records else { return }
            self.records = records
            first = first ?? now
            last = now
        }
    }

    /// - Parameter began: when the program began to count.
    init(_ exporting: [ExportingProcess], counters: NodeCounters, observationDomainID: UInt32, began: Timestamp) {
        self.exporting = exporting
        self.counters = counters
        self.observationDomainID = observationDomainID
        self.began = began
        due = began + Self.interval
        drops = exporting.map { _ in Drops() }
    }

    /// Notes what has been given up, and reports if that is due. Called several times a second, which is how exact the times of drops are.
    mutating func advance(_ stage: inout MeteringStage, at now: Timestamp) {
        for index in exporting.indices { drops[index].note(exporting[index].statistics.droppedRecords, at: now) }
        // A clock that was set back would hold up the next report until it has caught up.
        guard now >= due || due - now > Self.interval else { return }
        report(&stage, at: now)
        due = now + Self.interval
    }

    /// Reports to every collector.
    mutating func report(_ stage: inout MeteringStage, at now: Timestamp) {
        for index in exporting.indices {
            let statistics = exporting[index].statistics
            drops[index].note(statistics.droppedRecords, at: now)
            stage.send(report(of: index, statistics, at: now), to: index)
        }
    }

    private func report(of index: Int, _ statistics: ExportStatistics, at now: Timestamp) -> ProcessReport {
        let dropped = statistics.droppedFlows
        let isCounted = dropped.uncounted == 0
        let counters = counters.current
        return ProcessReport(
            began: began, time: now, observationDomainID: observationDomainID, exportingProcessID: UInt32(index + 1),
            exportedMessages: statistics.messages, exportedFlows: statistics.flows.records, exportedOctets: statistics.octets,
            notSent: ProcessReport.Volume(
                flows: dropped.records, packets: isCounted ? dropped.packets : nil, octets: isCounted ? dropped.octets : nil),
            firstDrop: drops[index].first, lastDrop: drops[index].last,
            ignoredPackets: (counters[.deniedExcess] ?? 0) &+ (counters[.captureLost] ?? 0), counters: counters)
    }
}
