// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import IPFIXTransport
import Metering

/// Observations in, messages out: the metering process and the packing of its records, a lane for every collector.
struct MeteringStage: ~Copyable {
    /// Records made at a time, so that memory stays small however many are due.
    private static let portion = 1024

    private var process: MeteringProcess
    private var lanes: [ExportLane]
    /// Nil where every collector gets everything.
    private let shares: FlowShares?
    private var records: [MeteredRecord] = []
    /// Nil where collectors would not understand statistics.
    private var statisticsPacker: StatisticsPacker?

    init(_ configuration: ExporterConfiguration, to queues: [ExportQueue]) {
        var metering = configuration.metering
        metering.collectorCount = queues.count
        process = MeteringProcess(metering, seed: .random(in: .min ... .max))
        statisticsPacker = configuration.statisticsPacker
        shares = configuration.sending.shares
        lanes = zip(queues, configuration.collectors).map { ExportLane(to: $0, packer: configuration.packer(for: $1)) }
    }

    var statistics: MeteringStatistics { process.statistics }
    var connectionCount: Int { process.connectionCount }

    /// What is told of files; records take it up from here on.
    mutating func change(_ change: (inout MeteringProcess) -> Void) { change(&process) }

    /// Meters one observation. What the switch counted is queued at once, for there is nothing to wait for.
    mutating func meter(_ observation: Observation) {
        process.meter(observation)
        guard let counted = observation.switchStatistics, statisticsPacker != nil else { return }
        let bodies = bodies(of: process.records(of: counted.rules, counted.ports))
        for index in lanes.indices { lanes[index].append(bodies) }
    }

    /// Queues what became of everything on the way to one collector.
    mutating func send(_ report: ProcessReport, to lane: Int) {
        guard statisticsPacker != nil else { return }
        let bodies = bodies(of: process.records(of: report))
        lanes[lane].append(bodies)
    }

    /// Queues the records that are due.
    mutating func expire(at now: Timestamp) {
        let withheld = crowded
        while process.expire(at: now, limit: Self.portion, withholding: withheld, into: &records) { pack() }
        send()
    }

    /// Queues everything that has changed since its last record.
    mutating func finish(at now: Timestamp) {
        while process.flush(at: now, limit: Self.portion, into: &records) { pack() }
        send()
    }

    private mutating func bodies(of records: [StatisticsRecord]) -> [MessageBody] {
        statisticsPacker?.bodies(of: records, names: process.names) ?? []
    }

    /// Collectors with much waiting already, because they are slow or away: what comes now is told them later, as growth, and so costs
    /// no room and loses nothing of what waits.
    private var crowded: CollectorSet {
        var crowded: CollectorSet = []
        for (collector, lane) in lanes.enumerated() where lane.queue.isHalfFull { crowded.insert(CollectorSet(collector)) }
        return crowded
    }

    private mutating func send() {
        pack()
        for index in lanes.indices { lanes[index].flush() }
    }

    private mutating func pack() {
        for record in records {
            if let shares {
                let index = shares.receiver(of: record.flow)
                if record.collectors.contains(CollectorSet(index)) { lanes[index].append(record.flow, names: process.names) }
                continue
            }
            for index in lanes.indices where record.collectors.contains(CollectorSet(index)) {
                lanes[index].append(record.flow, names: process.names)
            }
        }
        records.removeAll(keepingCapacity: true)
    }
}

extension ExporterConfiguration {
    /// Nil with the reference's profile, whose collector knows flows alone. All collectors get the same messages, which suit each.
    var statisticsPacker: StatisticsPacker? {
        let length = collectors.map { sending.maximumMessageLength(to: $0) }.min()
        return profile == .antrea ? nil : length.map { StatisticsPacker(maximumLength: $0) }
    }

    /// What opens every session with a collector.
    func templateBodies(for collector: Endpoint) -> [[UInt8]] {
        packer(for: collector).templateBodies + (statisticsPacker?.templateBodies ?? [])
    }

    /// The reference's collector reads one record a message.
    func packer(for collector: Endpoint) -> FlowPacker {
        FlowPacker(
            profile: profile, maximumLength: sending.maximumMessageLength(to: collector), maximumRecords: profile == .antrea ? 1 : .max)
    }
}
