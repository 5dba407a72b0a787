// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import IPFIXTransport
import Metering

/// Observations in, messages out: the metering process and the packing of its records, for every collector.
struct MeteringStage: ~Copyable {
    private var process: MeteringProcess
    private var packer: FlowPacker
    private let queues: [ExportQueue]
    private var records: [FlowRecord] = []

    init(_ configuration: ExporterConfiguration, to queues: [ExportQueue]) {
        process = MeteringProcess(configuration.metering, seed: .random(in: .min ... .max))
        process.update(rules: configuration.rules)
        packer = configuration.packer
        self.queues = queues
    }

    var statistics: MeteringStatistics { process.statistics }
    var connectionCount: Int { process.connectionCount }

    /// Meters one observation and queues the records that are due by its time.
    mutating func take(_ observation: Observation) {
        if let pods = observation.pods { process.update(pods: pods) }
        for packet in observation.denied { process.observe(packet) }
        if let connections = observation.connections {
            process.observe(Poll(time: observation.time, connections: connections, isWhole: observation.isWhole))
        }
        // Without a poll nothing was seen, so nothing has ended.
        process.expire(at: observation.time, isWhole: observation.connections != nil && observation.isWhole, into: &records)
        send()
    }

    /// Queues everything that has changed since its last record.
    mutating func finish(at now: Timestamp) {
        process.flush(at: now, into: &records)
        send()
    }

    private mutating func send() {
        for record in records {
            if let body = packer.append(record, names: process.names) { queue(body) }
        }
        records.removeAll(keepingCapacity: true)
        if let body = packer.flush() { queue(body) }
    }

    private func queue(_ body: MessageBody) {
        for queue in queues { _ = queue.append(ExportedMessage(sets: body.sets, recordCount: body.recordCount)) }
    }
}

extension ExporterConfiguration {
    /// Over UDP a message should fit one packet of a 1,500-octet path (RFC 7011 §10.3.3); streams take up to 16 KiB.
    private var maximumMessageLength: Int { collectors.contains { $0.transport == .udp } ? 1420 : 16_384 }

    /// The reference's collector reads one record a message.
    var packer: FlowPacker {
        FlowPacker(profile: profile, maximumLength: maximumMessageLength, maximumRecords: profile == .antrea ? 1 : .max)
    }
}
