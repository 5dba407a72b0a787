// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@testable import OpenVSwitch

@Suite struct FlowStatisticsTests {
    /// The bodies of the multipart replies of a recorded session.
    private func parts(_ path: String) throws -> [[UInt8]] {
        var stream = OpenFlowStream()
        stream.consume(try Fixture.octets(path)[...])
        var parts: [[UInt8]] = []
        while let message = try stream.next() {
            if message.type == OpenFlowMessage.Kind.multipartReply { parts.append(Array(message.body.dropFirst(8))) }
        }
        return parts
    }

    private func flows(_ path: String, _ version: OpenFlowVersion) throws -> [FlowStatistics] {
        var flows: [FlowStatistics] = []
        for part in try parts(path) { try FlowStatisticsDecoder(version: version).decode(part.span) { flows.append($0) } }
        return flows
    }

    @Test("learned flows tell what an independent decoder reads", arguments: [("13", OpenFlowVersion.v1_3), ("15", .v1_5)])
    func accounting(name: String, version: OpenFlowVersion) throws {
        let flows = try flows("openflow/accounting.of\(name).bin", version)
        let lines = try Fixture.text("openflow/accounting.of\(name).txt").split(separator: "\n").map(String.init)
        try #require(flows.count == lines.count && lines.count == 63)
        for (flow, line) in zip(flows, lines) {
            let expected = DecodedLine(line)
            #expect(flow.table == UInt8(expected["table"]) && flow.priority == UInt16(expected["priority"]))
            #expect("0x" + String(flow.cookie, radix: 16) == expected["cookie"])
            #expect(flow.packets == UInt64(expected["packets"]) && flow.frameOctets == UInt64(expected["bytes"]))
            let milliseconds = try #require(flow.duration) / .milliseconds(1)
            let thousandths = try #require(Double(expected["duration"])) * 1000
            #expect(abs(milliseconds - thousandths) < 1)
            #expect(flow.match.protocolIdentifier == expected.number("8000.10"))
            #expect(flow.match.conntrackZone == expected.number("0001.106"))
            #expect(flow.match.sourcePort == expected.number("8000.13") ?? expected.number("8000.15"))
            #expect(flow.match.destinationPort == expected.number("8000.14") ?? expected.number("8000.16"))
            let source = expected.field("8000.11") ?? expected.field("8000.26")
            #expect(flow.match.source == source.flatMap { IPAddress(octets: $0) })
        }
        let counts = flows.compactMap(\.directionCount)
        #expect(counts.count == 62, "all but the table's last flow")
        let first = try #require(counts.first)
        #expect(first.packets == 4 && first.octets == 312 - 4 * 14 && first.protocolIdentifier == 6)
        #expect(first.tuple.destination == IPAddress("10.10.1.3") && first.tuple.destinationPort == 8080)
    }

    @Test("policy flows keep their conntrack state, label and registers", arguments: [("13", OpenFlowVersion.v1_3), ("15", .v1_5)])
    func policyFlows(name: String, version: OpenFlowVersion) throws {
        let flows = try flows("openflow/flow-stats.of\(name).bin", version)
        #expect(flows.count == 224)
        let sessions = flows.filter { $0.table == 41 && $0.match.conntrackState == .new && $0.match.conntrackStateMask == .new }
        #expect(sessions.count == 2 && sessions.allSatisfy { $0.cookie == 0x10200000000C9 })
        #expect(sessions.allSatisfy { $0.match.conntrackLabel?.egressRule == 0xC9 && $0.match.conntrackLabelMask?.egressRule == .max })
        let tunnelled = flows.filter { $0.table == 50 && $0.match.registers[0] == 1 }
        #expect(!tunnelled.isEmpty)
        #expect(flows.filter { $0.table == 30 && $0.match.destination == IPAddress("10.96.0.10") }.map(\.match.destinationPort) == [80])
    }

    @Test("frames shorter than their headers give no negative octets")
    func shortFrames() {
        var match = MatchFields()
        (match.protocolIdentifier, match.source, match.destination) = (17, IPAddress("10.0.0.1"), IPAddress("10.0.0.2"))
        (match.sourcePort, match.destinationPort) = (1, 2)
        for (packets, octets) in [(10, 5), (UInt64.max, 100)] as [(UInt64, UInt64)] {
            let flow = FlowStatistics(
                table: 86, priority: 1, cookie: 0, match: match, packets: packets, frameOctets: octets, duration: .seconds(1))
            #expect(flow.directionCount?.octets == 0)
        }
    }

    @Test("no octets make it trap", arguments: 0..<4 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for (name, version) in [("13", OpenFlowVersion.v1_3), ("15", .v1_5)] {
            let part = try #require(try parts("openflow/flow-stats.of\(name).bin").first)
            for _ in 0..<500 {
                let start = Int.random(in: 0..<part.count - 400, using: &generator) & ~7
                let octets = generator.mutated(Bool.random(using: &generator) ? Array(part.prefix(400)) : Array(part[start..<start + 400]))
                try? FlowStatisticsDecoder(version: version).decode(octets.span) { _ = $0.directionCount }
                _ = MatchFields(oxm: octets.span)
            }
        }
    }
}

/// A line of the independent decoder: `NAME=VALUE …` and last the match, `CLASS.NUMBER=HEX,…`.
private struct DecodedLine {
    private var values: [String: String] = [:]

    init(_ line: String) {
        for part in line.split(whereSeparator: { $0 == " " || $0 == "," }) {
            let pair = part.split(separator: "=")
            if pair.count == 2 { values[String(pair[0])] = String(pair[1]) }
        }
    }

    subscript(name: String) -> String { values[name] ?? "" }

    func number<Value: FixedWidthInteger>(_ name: String) -> Value? { values[name].flatMap { Value($0, radix: 16) } }

    func field(_ name: String) -> [UInt8]? {
        values[name].map { text in
            let digits = Array(text)
            return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
        }
    }
}
