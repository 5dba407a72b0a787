// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@testable import OpenVSwitch

@Suite struct ConntrackDumpParserTests {
    private func parse(_ octets: [UInt8], offset: Int = 0) -> (connections: [Connection], statistics: ConntrackDumpParser.Statistics) {
        var parser = ConntrackDumpParser(localTime: .offset(seconds: offset))
        var connections: [Connection] = []
        parser.consume(octets, into: &connections)
        parser.finish(into: &connections)
        return (connections, parser.statistics)
    }

    private func parse(_ line: String, offset: Int = 0) throws -> Connection {
        let (connections, statistics) = parse(Array(line.utf8), offset: offset)
        return try #require(connections.first, "\(statistics.firstRejected)")
    }

    private func reason(_ line: String) -> ConntrackDumpParser.Reason? {
        parse(Array(line.utf8)).statistics.firstRejected.first?.reason
    }

    @Test("every line of a recorded dump is a connection", arguments: Fixture.dumps)
    func recordedDumps(path: String) throws {
        let text = try Fixture.text(path)
        let lines = text.split(separator: "\n")
        let (connections, statistics) = parse(Array(text.utf8))
        #expect(statistics.rejected == 0 && statistics.tooLong == 0)
        #expect(statistics.blank == 1, "the line that names the command")
        #expect(connections.count == lines.count - 1 && lines.count > 10)
        // What another way of reading finds: whole fields between commas.
        for (name, number) in [("tcp", 6), ("udp", 17), ("icmp", 1), ("icmpv6", 58), ("sctp", 132)] as [(String, UInt8)] {
            #expect(connections.count { $0.protocolIdentifier == number } == lines.count { $0.hasPrefix(name + ",") })
        }
        #expect(connections.count { $0.zone == 65520 } == lines.count { $0.contains(",zone=65520,") })
        #expect(connections.count { $0.mark == 19 } == lines.count { $0.contains(",mark=19,") })
        #expect(connections.count { $0.label.egressRule == 0xC9 } == lines.count { $0.contains(",labels=0xc9000000") })
        #expect(connections.allSatisfy { $0.id == nil && $0.counters == nil && $0.start == nil })
    }

    @Test("a dump of one zone holds that zone only")
    func zones() throws {
        let first = parse(try Fixture.octets("ovs/node1.dump-conntrack-m-s-zone65510.txt")).connections
        let second = parse(try Fixture.octets("ovs/node1.dump-conntrack-m-s-zone65520.txt")).connections
        #expect(first.allSatisfy { $0.zone == 65510 } && second.allSatisfy { $0.zone == 65520 })
    }

    @Test("a Service connection keeps both tuples, its mark, label, timeout and state")
    func serviceConnection() throws {
        let connection = try parse(
            "tcp,orig=(src=10.10.1.2,dst=10.96.0.10,sport=49922,dport=80),reply=(src=10.10.2.3,dst=10.10.1.2,sport=8080,dport=49922)"
                + ",id=0,zone=65520,status=0,timeout=15,mark=19,labels=0xc900000065,protoinfo=(state_orig=ESTABLISHED,"
                + "state_reply=ESTABLISHED,wscale_orig=10,wscale_reply=10,flags_orig=WINDOW_SCALE,flags_reply=WINDOW_SCALE)")
        let expected = Connection(
            original: .init(source: IPAddress("10.10.1.2")!, destination: IPAddress("10.96.0.10")!, sourcePort: 49922, destinationPort: 80),
            reply: .init(source: IPAddress("10.10.2.3")!, destination: IPAddress("10.10.1.2")!, sourcePort: 8080, destinationPort: 49922),
            protocolIdentifier: 6, zone: 65520, mark: 19, label: .init(low: 0xC9_0000_0065), tcpState: .established, timeoutSeconds: 15)
        #expect(connection == expected)
    }

    @Test("the kernel datapath adds counters, times, id and status")
    func kernelDatapath() throws {
        let (connections, statistics) = parse(try Fixture.octets("ovs/kernel-datapath.txt"))
        try #require(statistics.rejected == 0 && connections.count == 11, "\(statistics.firstRejected)")
        let http = connections[0]
        #expect(http.counters == .init(packets: 12, octets: 1400, reversePackets: 9, reverseOctets: 5200))
        #expect(http.start == Timestamp(year: 2026, month: 3, day: 1, hour: 10, millisecond: 250))
        #expect(http.id == 81 && http.label.egressRule == 7 && http.label.ingressRule == 3)
        #expect(http.status == [.seenReply, .assured, .confirmed, .destinationNAT, .destinationNATDone])
        #expect(connections[1].counters == .init(packets: 1, octets: 61), "one direction alone is counted")
        #expect(connections[1].id == .max)
        #expect(connections[2].id == 7 && connections[2].original.icmp == .init(identifier: 4711, type: 8, code: 0))
        #expect(connections[3].label == .init(high: 1, low: 0x2_0000_0003))
        #expect(connections[4].tcpState == nil && connections[4].original.sourcePort == 36412)
        let expected = connections[5]
        #expect(expected.original.source == IPAddress("192.0.2.1") && expected.reply.sourcePort == 50001, "a parent's tuple is not ours")
        #expect(expected.status.rawValue == 1 | 8 | 0x10000)
        #expect(connections[6...9].map(\.protocolIdentifier) == [136, 33, 2, 47])
        #expect(connections[10].stop == Timestamp(year: 2026, month: 3, day: 1, hour: 10, second: 2, millisecond: 500))
        #expect(connections[10].status.contains(.dying))
    }

    private static let tuples = "orig=(src=10.0.0.1,dst=10.0.0.2,sport=1,dport=2),reply=(src=10.0.0.2,dst=10.0.0.1,sport=2,dport=1)"

    @Test("times are local to the process that prints them")
    func localTimes() throws {
        let line = "udp,\(Self.tuples),start=2026-01-01T00:30:00.000"
        #expect(try parse(line, offset: 3600).start == Timestamp(year: 2025, month: 12, day: 31, hour: 23, minute: 30))
        #expect(try parse(line, offset: -5400).start == Timestamp(year: 2026, month: 1, day: 1, hour: 2))
    }

    @Test(
        "the originator's state counts, unless only the responder's tells of the end",
        arguments: [
            ("state_orig=ESTABLISHED,state_reply=ESTABLISHED", .established), ("state_orig=ESTABLISHED,state_reply=TIME_WAIT", .timeWait),
            ("state_orig=CLOSING,state_reply=FIN_WAIT_2", .finWait2), ("state_orig=TIME_WAIT,state_reply=ESTABLISHED", .timeWait),
            ("state_orig=SYN_SENT,state_reply=CLOSED", .synSent), ("state=CLOSE_WAIT", .closeWait), ("state=NEW_IN_2040", nil), ("", nil),
        ] as [(String, Connection.TCPState?)])
    func states(text: String, state: Connection.TCPState?) throws {
        #expect(try parse("tcp,\(Self.tuples),protoinfo=(\(text))").tcpState == state)
    }

    @Test("optional parts come in any order, and unknown ones are skipped with all that is in them")
    func unknownParts() throws {
        let plain = try parse("udp,\(Self.tuples),id=5,zone=7,mark=3,labels=0x9")
        let strange =
            "udp,offloaded,labels=0x9,later=(id=1,inner=(zone=2,(),mark=4),src=9.9.9.9),mark=0x3,helper=x(y,z),zone=7,"
            + "\(Self.tuples.replacing("sport=1", with: "vlan=(id=1,pcp=2),sport=1,x")),id=5,master=(src=1.1.1.1,dst=2.2.2.2),zonex=1,xid=9"
        #expect(try parse(strange) == plain)
    }

    @Test(
        "an address may have any of its written forms",
        arguments: [
            "::", "::1", "fe80::", "1:2:3:4:5:6:7:8", "fd10:10:1::2", "::ffff:1.2.3.4", "64:ff9b::192.0.2.33", "1::8", "255.255.255.255",
        ])
    func addresses(text: String) throws {
        let connection = try parse("udp,orig=(src=\(text),dst=\(text)),reply=(src=::1,dst=::1)")
        #expect(connection.original.source == IPAddress(text) && connection.original.destination == IPAddress(text))
    }

    @Test(
        "a line that is no connection is rejected with a reason",
        arguments: [
            ("warning: something", .unknownProtocol), ("256,x=1", .unknownProtocol), ("udp", .missingTuple),
            ("udp,orig=(src=10.0.0.1,dst=10.0.0.2)", .missingTuple), ("udp,orig=(src=10.0.0.1),reply=()", .missingTuple),
            ("udp,\(tuples),orig=(src=1.1.1.1,dst=2.2.2.2)", .repeatedTuple),
            ("udp,orig=(src=10.0.0.1,dst=10.0.0.2", .unbalancedParentheses),
            ("udp,\(tuples),x=(", .unbalancedParentheses), ("udp,\(tuples))", .unexpectedCharacter),
            ("udp,\(tuples),id=1x", .unexpectedCharacter),
            ("udp,\(tuples),zone=65536", .numberOutOfRange), ("udp,\(tuples),mark=-1", .notANumber), ("udp,\(tuples),mark=", .notANumber),
            ("udp,\(tuples),labels=0x100000000000000000000000000000000", .numberOutOfRange), ("udp,\(tuples),labels=0x", .notANumber),
            ("udp,\(tuples),start=2026-02-30T10:00", .notATime), ("udp,\(tuples),start=never", .notATime),
            ("udp,orig=(src=10.0.0.256,dst=1.1.1.1)", .notAnAddress), ("udp,orig=(src=1:2:3:4:5:6:7,dst=::)", .notAnAddress),
            ("udp,orig=(src=1::2::3,dst=::)", .notAnAddress), ("udp,orig=(src=1:2:3:4:5:6:7:8:9,dst=::)", .notAnAddress),
            ("udp,orig=(src=fe80::1%eth0,dst=::)", .unexpectedCharacter), ("udp,orig=(src=,dst=::)", .notAnAddress),
        ] as [(String, ConntrackDumpParser.Reason)])
    func rejections(line: String, expected: ConntrackDumpParser.Reason) {
        #expect(reason(line) == expected)
    }

    @Test("the first rejected lines are kept with the column, the others counted")
    func keptRejections() {
        let statistics = parse(Array(String(repeating: "udp,\(Self.tuples),zone=x\n", count: 100).utf8)).statistics
        #expect(statistics.rejected == 100 && statistics.firstRejected.count == 8)
        #expect(statistics.firstRejected.first?.column == "udp,\(Self.tuples),zone=x".count)
    }

    @Test("the result does not depend on where the octets are cut")
    func everyCut() throws {
        let octets = Array(try Fixture.octets("ovs/kernel-datapath.txt").prefix(2400)) + Array("\nnonsense\n\n#end".utf8)
        let whole = parse(octets)
        try #require(whole.connections.count >= 4)
        for cut in 0...octets.count {
            var parser = ConntrackDumpParser()
            var connections: [Connection] = []
            parser.consume(Array(octets[..<cut]), into: &connections)
            parser.consume(octets.span.extracting(cut..<octets.count), into: &connections)
            parser.finish(into: &connections)
            try #require(connections == whole.connections && parser.statistics == whole.statistics, "cut at \(cut)")
        }
    }

    @Test("pieces of any size give the same", arguments: [1, 2, 7, 64, 1000, 4096])
    func pieces(size: Int) throws {
        let octets = try Fixture.octets("ovs/node1.dump-conntrack-m-s.txt")
        var parser = ConntrackDumpParser()
        var connections: [Connection] = []
        for start in stride(from: 0, to: octets.count, by: size) {
            parser.consume(Array(octets[start..<min(start + size, octets.count)]), into: &connections)
        }
        parser.finish(into: &connections)
        #expect(connections == parse(octets).connections)
    }

    @Test("a line beyond the limit is skipped, the next one is read", arguments: [8191, 8192, 8193, 100_000], [1000, 1_000_000])
    func longLines(length: Int, piece: Int) {
        let line = "udp,\(Self.tuples),x="
        let octets = Array((line + String(repeating: "y", count: length - line.count) + "\nudp,\(Self.tuples)\n").utf8)
        var parser = ConntrackDumpParser()
        var connections: [Connection] = []
        for start in stride(from: 0, to: octets.count, by: piece) {
            parser.consume(Array(octets[start..<min(start + piece, octets.count)]), into: &connections)
        }
        #expect(parser.statistics.tooLong == (length > 8192 ? 1 : 0))
        #expect(connections.count == (length > 8192 ? 1 : 2))
    }

    @Test("connections beyond the capacity are counted and dropped")
    func capacity() {
        var parser = ConntrackDumpParser(capacity: 3)
        var connections: [Connection] = []
        parser.consume(Array(String(repeating: "udp,\(Self.tuples)\n", count: 5).utf8), into: &connections)
        #expect(connections.count == 3 && parser.statistics.beyondCapacity == 2 && parser.statistics.lines == 5)
    }

    @Test("no octets make the parser trap, and every line is accounted for", arguments: 0..<8 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        let originals = ["ovs/kernel-datapath.txt", "ovs/node1.dump-conntrack-m-s.txt"].flatMap { path in
            ((try? Fixture.octets(path)) ?? []).split(separator: UInt8(ascii: "\n")).map(Array.init)
        }
        var generator = SeededGenerator(seed: seed)
        var parser = ConntrackDumpParser()
        var connections: [Connection] = []
        for _ in 0..<1000 {
            parser.consume(generator.mutated(originals.randomElement(using: &generator)!) + [0x0A], into: &connections)
        }
        let sums = parser.statistics
        #expect(sums.lines >= 1000 && sums.connections == connections.count, "seed \(seed)")
        #expect(sums.lines == sums.connections + sums.rejected + sums.blank + sums.tooLong + sums.beyondCapacity, "seed \(seed)")
    }
}
