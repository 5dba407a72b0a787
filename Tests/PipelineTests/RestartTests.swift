// SPDX-License-Identifier: Apache-2.0

import FlowStore
import FlowTesting
import Glibc
import IPFIX
import Testing

@testable import FlowModel
@testable import weir

/// The aggregator as a process that is killed, and started again on the same store.
@Suite("an aggregator that is killed", .serialized)
struct RestartTests {
    private static let template = Template(
        id: 300,
        fields: [
            FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv4Address), FieldSpecifier(.protocolIdentifier),
            FieldSpecifier(.octetTotalCount), FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: 152), length: 8),
            FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: 153), length: 8),
        ])

    private let now = Int64(time(nil))

    /// A connection of ten seconds ago, as it is told now.
    private func record(_ octets: UInt64) -> [UInt8] {
        Wire.octets(
            UInt32(0x0A00_0001), UInt32(0x0A00_0002), UInt8(1), octets, UInt64(now - 10) * 1000, UInt64(now) * 1000 + octets)
    }

    private func message(_ sets: [UInt8]..., number: UInt32) -> [UInt8] {
        Wire.message(sets.flatMap(\.self), sequenceNumber: number, exportTime: UInt32(clamping: now))
    }

    @Test("datagrams are read by the templates that came before it was killed, totals go on, and answers say when it was not there")
    func killed() throws {
        let cluster = try Cluster()
        let exporter = try DatagramSender()
        try cluster.startAggregator(listening: ["udp://127.0.0.1:0"])
        let endpoint = try #require(cluster.endpoints.first)
        exporter.send(message(Self.template.set, Wire.set(300, record(1000)), number: 0), to: endpoint)
        try cluster.wait(for: 1, "SELECT count(*) FROM flows")
        try cluster.killAggregator()

        try cluster.startAggregator(listening: [endpoint])
        // No template any more: an exporter repeats them some time.
        exporter.send(message(Wire.set(300, record(1700)), number: 1), to: endpoint)
        try cluster.wait(for: 1, "SELECT sum(records) > 1 FROM exporters")
        #expect(try cluster.stopAggregator() == 0)

        #expect(try cluster.count("SELECT count(DISTINCT connection) FROM flows") == 1)
        #expect(try cluster.count("SELECT sum(octetDeltaCount) FROM flows") == 1700)
        #expect(try cluster.count("SELECT sum(setsWithoutTemplate) + sum(setsKept) FROM exporters") == 0)
        #expect(try cluster.count("SELECT count(*) FROM runs WHERE endedAt IS NULL") == 1)
        #expect(try cluster.count("SELECT count(*) FROM completeness WHERE records <> opened + merged + refused + late") == 0)
        let answer = try Program.built("weir").run(["top", "--last", "1h", "--store", cluster.store])
        #expect((answer.output + answer.errors).contains("the aggregator was not there, and may have lost what it held last"))
        let json = try Program.built("weir").run(["top", "--last", "1h", "--store", cluster.store, "-o", "json"])
        #expect(json.output.contains("\"cause\":\"away\",\"aggregator\":\"broken\""))
    }
}

/// A socket over UDP that keeps its port.
private final class DatagramSender {
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        try #require(descriptor >= 0)
    }

    deinit { close(descriptor) }

    func send(_ octets: [UInt8], to endpoint: String) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = (UInt16(endpoint.split(separator: ":").last ?? "") ?? 0).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // The call reads the octets and the address, which live through it.
        let sent = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe sendto(descriptor, octets, octets.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(sent == octets.count)
    }
}
