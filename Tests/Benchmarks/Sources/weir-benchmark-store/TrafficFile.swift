// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import Glibc
import IPFIX

/// The same intervals as messages of IPFIX that every collector understands: without names, and one direction a record.
struct TrafficFile {
    enum Records {
        /// The forward direction, as one node tells of it.
        case oneDirection
        /// Both directions, as each of the two nodes tells of them: two observation domains.
        case everything
    }

    /// sourceIPv4Address, destinationIPv4Address, ports, protocolIdentifier, octetDeltaCount, packetDeltaCount, start and end.
    private static let elements: [(id: UInt16, length: UInt16)] = [
        (8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8), (152, 8), (153, 8),
    ]
    private static let template: UInt16 = 256
    /// So that a message fits an Ethernet frame.
    private static let recordsPerMessage = 30

    struct Unwritable: Error { let path: String }

    private let path: String
    private let records: Records

    init(path: String, _ records: Records) {
        self.path = path
        self.records = records
    }

    func write(intervals count: Int, pairs: Int) throws {
        guard let file = unsafe fopen(path, "wb") else { throw Unwritable(path: path) }
        defer { unsafe fclose(file) }
        func put(_ octets: [UInt8]) throws {
            guard unsafe fwrite(octets, 1, octets.count, file) == octets.count else { throw Unwritable(path: path) }
        }
        let domains: ClosedRange<UInt32> = records == .everything ? 1...2 : 1...1
        let recordsPerInterval = records == .everything ? 2 : 1
        let fields = Self.elements.flatMap { Wire.octets($0.id, $0.length) }
        let template = Wire.set(2, Wire.octets(Self.template, UInt16(Self.elements.count)) + fields)
        for domain in domains { try put(Wire.message(template, domain: domain, exportTime: UInt32(StoreTraffic.start.seconds))) }
        var traffic = StoreTraffic(pairs: pairs)
        var written = 0
        while written < count {
            let batch = traffic.batch(of: min(Self.recordsPerMessage / recordsPerInterval, count - written))
            let end = batch.intervals.last?.record[time: .flowEndMilliseconds] ?? StoreTraffic.start
            let set = Wire.set(Self.template, batch.intervals.flatMap { octets(of: $0.record) })
            for domain in domains {
                try put(
                    Wire.message(
                        set, sequenceNumber: UInt32(written * recordsPerInterval), domain: domain, exportTime: UInt32(end.seconds + 1)))
            }
            written += batch.intervals.count
        }
    }

    private func octets(of record: FlowRecord) -> [UInt8] {
        let forward = octets(
            of: record, (.sourceIPAddress, .sourceTransportPort), (.destinationIPAddress, .destinationTransportPort), .octetDeltaCount,
            .packetDeltaCount)
        guard records == .everything else { return forward }
        return forward
            + octets(
                of: record, (.destinationIPAddress, .destinationTransportPort), (.sourceIPAddress, .sourceTransportPort),
                .reverseOctetDeltaCount, .reversePacketDeltaCount)
    }

    private func octets(
        of record: FlowRecord, _ source: (address: FlowField, port: FlowField), _ destination: (address: FlowField, port: FlowField),
        _ octets: FlowField, _ packets: FlowField
    ) -> [UInt8] {
        func number(_ field: FlowField) -> UInt64 { record[unsigned: field] ?? 0 }
        func milliseconds(_ field: FlowField) -> UInt64 { UInt64(record[time: field]?.milliseconds ?? 0) }
        return (record[address: source.address]?.octets ?? []) + (record[address: destination.address]?.octets ?? [])
            + Wire.octets(
                UInt16(truncatingIfNeeded: number(source.port)), UInt16(truncatingIfNeeded: number(destination.port)),
                UInt8(truncatingIfNeeded: number(.protocolIdentifier)), number(octets), number(packets),
                milliseconds(.flowStartMilliseconds), milliseconds(.flowEndMilliseconds))
    }
}
