// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import Glibc
import IPFIX

/// The same intervals as messages of IPFIX that every collector understands: one direction, one record an interval.
enum TrafficFile {
    /// sourceIPv4Address, destinationIPv4Address, ports, protocolIdentifier, octetDeltaCount, packetDeltaCount, start and end.
    private static let elements: [(id: UInt16, length: UInt16)] = [
        (8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (1, 8), (2, 8), (152, 8), (153, 8),
    ]
    private static let template: UInt16 = 256
    /// So that a message fits an Ethernet frame.
    private static let recordsPerMessage = 30

    struct Unwritable: Error { let path: String }

    static func write(intervals count: Int, pairs: Int, to path: String) throws {
        guard let file = unsafe fopen(path, "wb") else { throw Unwritable(path: path) }
        defer { unsafe fclose(file) }
        func put(_ octets: [UInt8]) throws {
            guard unsafe fwrite(octets, 1, octets.count, file) == octets.count else { throw Unwritable(path: path) }
        }
        let fields = elements.flatMap { Wire.octets($0.id, $0.length) }
        let exportTime = UInt32(StoreTraffic.start.seconds)
        try put(Wire.message(Wire.set(2, Wire.octets(template, UInt16(elements.count)) + fields), exportTime: exportTime))
        var traffic = StoreTraffic(pairs: pairs)
        var sequenceNumber: UInt32 = 0
        var written = 0
        while written < count {
            let batch = traffic.batch(of: min(recordsPerMessage, count - written))
            let records = batch.intervals.flatMap { octets(of: $0.record) }
            let end = batch.intervals.last?.record[time: .flowEndMilliseconds] ?? StoreTraffic.start
            try put(
                Wire.message(Wire.set(template, records), sequenceNumber: sequenceNumber, exportTime: UInt32(end.seconds + 1)))
            sequenceNumber += UInt32(batch.intervals.count)
            written += batch.intervals.count
        }
    }

    private static func octets(of record: FlowRecord) -> [UInt8] {
        func number(_ field: FlowField) -> UInt64 { record[unsigned: field] ?? 0 }
        func milliseconds(_ field: FlowField) -> UInt64 { UInt64(record[time: field]?.milliseconds ?? 0) }
        return (record[address: .sourceIPAddress]?.octets ?? []) + (record[address: .destinationIPAddress]?.octets ?? [])
            + Wire.octets(
                UInt16(truncatingIfNeeded: number(.sourceTransportPort)), UInt16(truncatingIfNeeded: number(.destinationTransportPort)),
                UInt8(truncatingIfNeeded: number(.protocolIdentifier)), number(.octetDeltaCount), number(.packetDeltaCount),
                milliseconds(.flowStartMilliseconds), milliseconds(.flowEndMilliseconds))
    }
}
