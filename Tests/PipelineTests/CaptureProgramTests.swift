// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Testing

@Suite("the exporter and captures")
struct CaptureProgramTests {
    private let capture = "pcap:\(Fixture.path("capture/two-hosts.pcap"))"

    @Test("every connection of a capture is printed, with packets and octets of both layers by direction")
    func printsJSON() throws {
        let outcome = try Program.built("weir-exporter").run(["--source", capture, "--once", "-o", "json"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("258 frames, 256 metered, 2 without IP, 60 cut by the capture; 38 connections"))
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.first == "[" && lines.last == "]" && lines.count == 40)
        // tshark -z conv,tcp: 40404 has 361 and 312 octets of layer 2 the first time.
        let expected =
            #""packetTotalCount":5,"octetTotalCount":291,"reversePacketTotalCount":4,"reverseOctetTotalCount":256,"#
            + #""layer2OctetTotalCount":361,"reverseLayer2OctetTotalCount":312,"tcpState":"CLOSE""#
        #expect(lines.contains { $0.contains(#""sourceTransportPort":40404,"#) && $0.contains(expected) })
        let filtered = try Program.built("weir-exporter").run(
            ["--source", capture, "--once", "-o", "json", "--capture-filter", "tcp port 1"])
        #expect(filtered.status == 0 && filtered.output == "[]\n")
    }

    @Test("a table for people has a line for each connection, in the order in which they began")
    func printsTable() throws {
        let outcome = try Program.built("weir-exporter").run(["--source", capture, "--once", "--capture-filter", "udp and ip"])
        let lines = outcome.output.split(separator: "\n")
        #expect(outcome.status == 0 && lines.count > 5 && lines.first?.hasPrefix("START ") == true)
        #expect(lines.dropFirst().map { $0.prefix(24) } == lines.dropFirst().map { $0.prefix(24) }.sorted())
    }

    @Test("silence ends no connection of a capture that is printed, unless a timeout is given")
    func timeouts() throws {
        let program = try Program.built("weir-exporter")
        let whole = try program.run(["--source", capture, "--once", "-o", "json", "--capture-filter", "icmp"])
        let short = try program.run(
            ["--source", capture, "--once", "-o", "json", "--capture-filter", "icmp", "--capture-timeout", "icmp=10ms"])
        #expect(whole.output.split(separator: "\n").count < short.output.split(separator: "\n").count)
        #expect(short.output.contains(#""flowEndReason":1"#) && !whole.output.contains("flowEndReason"))
    }

    @Test(
        "what cannot be captured is told, and ends with 2",
        arguments: [
            (["--source", "pcap:/nowhere/x.pcap"], "/nowhere/x.pcap"), (["--source", "pcap:nowhere0"], "nowhere0"),
            (["--source", "pcap:a.pcap", "--source", "conntrack"], "alone"),
            (["--source", "pcap:x", "--capture-timeout", "udp"], "udp-stream"),
            (["--source", "pcap:x", "--capture-buffer", "0"], "capture-buffer"),
        ])
    func refuses(arguments: [String], expected: String) throws {
        let outcome = try Program.built("weir-exporter").run(arguments + ["--collector", "tcp://127.0.0.1:1", "--insecure"])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    }

    @Test("a damaged capture is printed as far as it can be read, and ends with 1")
    func damaged() throws {
        var template = Array("/tmp/weir capture-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unsafe unlink(path) }
        let octets = try Fixture.octets("capture/two-hosts.pcap").dropLast(20)
        // The array has as many octets as are written.
        let written = unsafe Array(octets).withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        try #require(written == octets.count)
        let outcome = try Program.built("weir-exporter").run(["--source", "pcap:\(path)", "--once", "-o", "json"])
        #expect(outcome.status == 1 && outcome.errors.contains("cannot be read further than packet 257"))
        #expect(outcome.output.hasSuffix("]\n"))
    }
}
