// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowStore
import FlowTesting
import Glibc
import IPFIX
import Testing

@testable import weir

@Suite("exporters, aggregator and store as processes", .serialized)
struct ReplayPipelineTests {
    /// Totals that are known exactly, whatever came in between: the recording's bulk connection.
    private static let bulk =
        "SELECT count(*) FROM connections WHERE flowType = 2 AND destinationTransportPort = 5201 AND octetTotalCount > 20000000"

    @Test("two nodes' halves become connections, each once, over both transports", arguments: ["tcp", "udp"])
    func joinsHalves(transport: String) throws {
        let cluster = try Cluster()
        try cluster.startAggregator()
        let endpoint = try #require(cluster.endpoints.first { $0.hasPrefix(transport) })
        let exporters = try ["node1", "node2"].map { try cluster.startExporter(of: $0, to: endpoint) }
        for exporter in exporters { #expect(exporter.wait(atMost: .seconds(10)) == 0, "\(exporter.logText)") }
        #expect(try cluster.stopAggregator() == 0)

        #expect(try cluster.count(Self.bulk) == 1)
        #expect(try cluster.count("SELECT count(*) FROM flows WHERE sourcePodName IS NULL AND flowType IN (1, 2)") == 0)
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE flowType = 2 AND observation <> 1") == 0)
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE octetDeltaCount IS NOT octetTotalCount") == 0)
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE destinationServicePortName = 'lab/web:http'") >= 2)
        #expect(
            try cluster.count("SELECT count(*) FROM connections WHERE 2 IN (ingressNetworkPolicyRuleAction, egressNetworkPolicyRuleAction)")
                == 2)
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE protocolIdentifier = 1 AND octetTotalCount IS NULL") >= 1)
        #expect(try cluster.count("SELECT sum(lost) + sum(malformed) + sum(refused) + sum(setsWithoutTemplate) FROM exporters") == 0)
        #expect(try cluster.count("SELECT sum(records) FROM exporters") == cluster.counter("recordsReceived"))
        #expect(
            try cluster.counter("recordsReceived") == cluster.counter("recordsOpened") + cluster.counter("recordsMerged")
                + cluster.counter("recordsRefused") + cluster.counter("recordsLate"))
        #expect(try cluster.counter("recordsOpened") == cluster.counter("recordsStored"))
        #expect(try cluster.count("SELECT count(*) FROM completeness WHERE records <> opened + merged + refused + late") == 0)
        #expect(try cluster.count("SELECT count(*) FROM runs WHERE endedAt IS NOT NULL") == 1)
    }

    @Test("the reference's profile is stored the same, but for what it cannot say")
    func takesReferenceProfile() throws {
        let cluster = try Cluster()
        try cluster.startAggregator()
        let endpoint = try #require(cluster.endpoints.first)
        for node in ["node1", "node2"] {
            #expect(try cluster.startExporter(of: node, to: endpoint, ["--profile", "antrea"]).wait(atMost: .seconds(10)) == 0)
        }
        #expect(try cluster.stopAggregator() == 0)
        #expect(try cluster.count(Self.bulk) == 1)
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE octetTotalCount IS NULL") == 0)
    }

    @Test("records received twice change no sum")
    func takesRepetition() throws {
        let cluster = try Cluster()
        try cluster.startAggregator()
        let endpoint = try #require(cluster.endpoints.first)
        let both = ["--collector", endpoint]
        #expect(try cluster.startExporter(of: "node1", to: endpoint, both).wait(atMost: .seconds(10)) == 0)
        #expect(try cluster.stopAggregator() == 0)
        #expect(try cluster.count("SELECT count(*) FROM connections WHERE octetDeltaCount IS NOT octetTotalCount") == 0)
        #expect(
            try cluster.count(
                "SELECT count(*) FROM (SELECT 1 FROM connections GROUP BY sourceIPAddress, sourceTransportPort,"
                    + " destinationIPAddress, destinationTransportPort, protocolIdentifier, icmpTypeCode HAVING count(*) > 1)") == 0)
    }

    @Test("a collector that is away gets everything when it comes")
    func waitsForCollector() throws {
        let cluster = try Cluster()
        // Binds a port to learn one that is free, as any program on loopback would be given.
        try cluster.startAggregator()
        let endpoint = try #require(cluster.endpoints.first)
        #expect(try cluster.stopAggregator() == 0)
        let exporter = try cluster.startExporter(of: "node1", to: endpoint)
        try #require(exporter.line(containing: "no connection to the collector", within: .seconds(10)) != nil, "\(exporter.logText)")
        try cluster.startAggregator(listening: [endpoint])
        #expect(exporter.wait(atMost: .seconds(10)) == 0, "\(exporter.logText)")
        #expect(try cluster.stopAggregator() == 0)
        #expect(try cluster.count(Self.bulk) == 1)
    }

    @Test("a collector that never comes costs a clear word and exit code 1")
    func tellsWhatWasNotSent() throws {
        let cluster = try Cluster()
        let exporter = try cluster.startExporter(of: "node1", to: "tcp://127.0.0.1:1")
        #expect(exporter.wait(atMost: .seconds(10)) == 1)
        #expect(exporter.logText.contains("\"not sent\"="))
    }

    @Test("a store that another program locks for a while loses nothing")
    func waitsForStore() throws {
        let cluster = try Cluster()
        try cluster.startAggregator()
        let endpoint = try #require(cluster.endpoints.first)
        let lock = try StoreLock(cluster.store)
        #expect(try cluster.startExporter(of: "node1", to: endpoint).wait(atMost: .seconds(10)) == 0)
        try #require(cluster.aggregator?.line(containing: "store refuses to write", within: .seconds(20)) != nil)
        lock.release()
        #expect(try cluster.stopAggregator() == 0)
        #expect(try cluster.count(Self.bulk) == 1)
    }

    @Test("garbage and cut messages end their own session and no other")
    func survivesGarbage() throws {
        let cluster = try Cluster()
        try cluster.startAggregator()
        let endpoint = try #require(cluster.endpoints.first)
        let port = try #require(UInt16(endpoint.split(separator: ":").last ?? ""))
        for octets: [UInt8] in [
            Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 10, 0, 16, 0, 0],
            [0, 10, 0, 20] + Array(repeating: 0, count: 12) + [1, 44, 255, 255],
        ] { try send(octets, to: port) }
        #expect(try cluster.startExporter(of: "node1", to: endpoint).wait(atMost: .seconds(10)) == 0)
        #expect(try cluster.stopAggregator() == 0)
        #expect(try cluster.count(Self.bulk) == 1)
        #expect(try cluster.count("SELECT sum(malformed) FROM exporters") == 1)
    }

    @Test("a thousand refused messages are a few log lines, and all are counted")
    func boundsLogLines() throws {
        let cluster = try Cluster()
        try cluster.startAggregator()
        let port = try #require(UInt16(cluster.endpoints[0].split(separator: ":").last ?? ""))
        let malformed: [UInt8] = [0, 10, 0, 20] + Array(repeating: 0, count: 12) + [1, 44, 255, 255]
        let good: [UInt8] = [0, 10, 0, 16] + Array(repeating: 0, count: 12)
        // A good one now and then: an exporter that sends nothing but malformed messages is not listened to.
        try send(Array(repeating: malformed + malformed + good, count: 500).flatMap(\.self), to: port)
        let log = try #require(cluster.aggregator)
        #expect(try cluster.stopAggregator() == 0)
        #expect(log.logText.split(separator: "\n").count { $0.contains("message refused") } == 10)
        #expect(try cluster.count("SELECT sum(malformed) FROM exporters") == 1000)
    }

    @Test("a stream of nothing but malformed messages is ended after three")
    func endsMalfunctioningStream() throws {
        let cluster = try Cluster()
        try cluster.startAggregator()
        let port = try #require(UInt16(cluster.endpoints[0].split(separator: ":").last ?? ""))
        let malformed: [UInt8] = [0, 10, 0, 20] + Array(repeating: 0, count: 12) + [1, 44, 255, 255]
        try send(Array(repeating: malformed, count: 10).flatMap(\.self), to: port)
        let log = try #require(cluster.aggregator)
        #expect(try cluster.stopAggregator() == 0)
        #expect(log.logText.contains("session ended: its last messages were all malformed"))
        #expect(try cluster.count("SELECT sum(malformed) FROM exporters") == 3)
    }

    @Test("pod names and labels from the wire start no log line and command no terminal")
    func escapesNames() throws {
        let cluster = try Cluster()
        try cluster.startAggregator(["--verbose", "--late-after", "0s"])
        let port = try #require(UInt16(cluster.endpoints[0].split(separator: ":").last ?? ""))
        var names = NameTable(seed: 1)
        var flow = FlowRecord()
        flow[address: .sourceIPAddress] = IPAddress("10.0.0.1")
        flow[address: .destinationIPAddress] = IPAddress("10.0.0.2")
        flow[unsigned: .protocolIdentifier] = 6
        flow[time: .flowStartMilliseconds] = Timestamp(milliseconds: 1_795_000_000_000)
        flow[time: .flowEndMilliseconds] = Timestamp(milliseconds: 1_795_000_001_000)
        for field: FlowField in [.sourcePodName, .sourcePodNamespace, .sourceNodeName, .tcpState] {
            flow[name: field] = names.id(of: "x\u{1B}]0;owned\u{7}\n2026-01-01T00:00:00.000Z error forged")
        }
        var packer = FlowPacker(profile: .weir, maximumLength: 4000)
        _ = packer.append(flow, names: names)
        let flushed = packer.flush()
        let record = try #require(flushed)
        let messages = (packer.templateBodies + [record.sets]).map { body in
            MessageHeader(
                messageLength: UInt16(MessageHeader.length + body.count), exportTime: 1, sequenceNumber: 0, observationDomainID: 1
            ).octets + body
        }
        try send(messages.flatMap(\.self), to: port)
        let log = try #require(cluster.aggregator)
        #expect(try cluster.stopAggregator() == 0)
        #expect(try cluster.count("SELECT count(*) FROM flows WHERE sourcePodName LIKE '%forged'") == 1)
        let answers = try ["table", "csv", "json"].flatMap { format in
            try [["top", "--last", "3650d"], ["flows", "--last", "3650d"], ["sql", "SELECT * FROM flows"]].map { arguments in
                try Program.built("weir").run(arguments + ["-o", format, "--store", cluster.store]).output
            }
        }
        for text in answers + [log.logText] { #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" }) }
        #expect(!log.logText.split(separator: "\n").contains { $0.hasPrefix("2026-01-01") })
    }

    private func send(_ octets: [UInt8], to port: UInt16) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        #expect(unsafe octets.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) } == octets.count)
        shutdown(descriptor, Int32(SHUT_WR))
        // Its answer is the end of the session: then it has been read.
        var octet: UInt8 = 0
        _ = unsafe read(descriptor, &octet, 1)
    }
}
