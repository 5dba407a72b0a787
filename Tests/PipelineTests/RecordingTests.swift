// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import IPFIX
import Logging
import Metering
import Testing

@testable import weir_exporter

@Suite("recordings")
struct RecordingTests {
    private static let observations = [
        Observation(
            time: Timestamp(milliseconds: 1_795_000_000_250),
            pods: [LocalPod(name: "a", namespace: "n", addresses: [IPAddress("10.0.0.1")!, IPAddress("fd00::1")!], interface: "a-1")],
            denied: [
                DeniedConnection(
                    tuple: Connection.Tuple(
                        source: IPAddress("10.0.0.1")!, destination: IPAddress("10.0.0.2")!, sourcePort: 1, destinationPort: 2),
                    protocolIdentifier: 6, originalDestination: IPAddress("10.96.0.1")!, originalDestinationPort: 80, rule: 666,
                    action: .reject,
                    direction: .egress, label: Connection.Label(low: 0xC9_0000_0000), octets: 60,
                    time: Timestamp(milliseconds: 1_795_000_000_100)),
                DeniedConnection(
                    tuple: Connection.Tuple(
                        source: IPAddress("fd00::1")!, destination: IPAddress("fd00::2")!,
                        icmp: Connection.ICMP(identifier: 7, type: 128, code: 0)),
                    protocolIdentifier: 58, rule: nil, action: .drop, direction: nil, octets: 104,
                    time: Timestamp(milliseconds: 1_795_000_000_200)),
            ],
            report: .poll(
                [
                    Connection(
                        original: Connection.Tuple(
                            source: IPAddress("10.0.0.1")!, destination: IPAddress("10.96.0.1")!, sourcePort: 40000, destinationPort: 80),
                        reply: Connection.Tuple(
                            source: IPAddress("10.0.0.2")!, destination: IPAddress("10.0.0.1")!, sourcePort: 8080, destinationPort: 40000),
                        protocolIdentifier: 6, zone: 65520, id: 81, mark: 19, label: Connection.Label(low: 0x7_0000_0003),
                        status: [.seenReply, .assured],
                        tcpState: .established,
                        counters: Connection.Counters(packets: 12, octets: 1400, reversePackets: 9, reverseOctets: 5200),
                        start: Timestamp(milliseconds: 1_795_000_000_000), timeoutSeconds: 86390)
                ], isWhole: true)),
        Observation(time: Timestamp(milliseconds: 1_795_000_005_250)),
        Observation(time: Timestamp(milliseconds: 1_795_000_010_250), report: .poll([], isWhole: true)),
        Observation(time: Timestamp(milliseconds: 1_795_000_015_250), report: .poll([], isWhole: false)),
        Observation(time: Timestamp(milliseconds: 1_795_000_016_000), source: SourceID(rawValue: 1), report: .pollBegan),
        Observation(time: Timestamp(milliseconds: 1_795_000_016_001), source: SourceID(rawValue: 1), report: .entries([event.connection])),
        Observation(
            time: Timestamp(milliseconds: 1_795_000_016_001),
            report: .events([event, ConnectionEvent(event.connection, kind: .updated), ConnectionEvent(event.connection, kind: .destroyed)])
        ),
        Observation(time: Timestamp(milliseconds: 1_795_000_016_002), source: SourceID(rawValue: 1), report: .pollEnded(isWhole: true)),
        Observation(time: Timestamp(milliseconds: 1_795_000_016_003), report: .pollEnded(isWhole: false)),
        Observation(time: Timestamp(milliseconds: 1_795_000_016_004), switchStatistics: counted),
        Observation(time: Timestamp(milliseconds: 1_795_000_016_005), switchStatistics: SwitchStatistics(rules: [], ports: [])),
    ]

    private static var counted: SwitchStatistics {
        let begin = Timestamp(milliseconds: 1_795_000_000_000), end = Timestamp(milliseconds: 1_795_000_016_000)
        let directions: [(PolicyRule.Direction?, RuleAction)] = [(.ingress, .allow), (.egress, .drop), (nil, .reject)]
        let rules = directions.enumerated().map { index, rule in
            RuleStatistics(
                node: "node 1", rule: PolicyRuleID(number: UInt32(index + 1), direction: rule.0, action: rule.1), time: end,
                intervalStart: begin, growth: RuleCounters(sessions: 1, packets: 2, octets: 3),
                total: RuleCounters(sessions: 10, packets: 20, octets: .max))
        }
        let pods = [LocalPod(name: "a=b", namespace: "n, m", addresses: [], interface: "a-1"), nil]
        let ports = pods.map { pod in
            PortStatistics(
                node: "", port: SwitchPort(number: .max, interface: "a-1", pod: pod), time: end, intervalStart: begin,
                growth: PortCounters(receivedPackets: 1, sentOctets: 0),
                total: PortCounters(
                    receivedPackets: 1, sentPackets: 2, receivedOctets: 3, sentOctets: 4, receivedDropped: 5, sentDropped: 6,
                    receivedErrors: 7, sentErrors: 8))
        }
        return SwitchStatistics(rules: rules, ports: ports)
    }

    private static let event = ConnectionEvent(
        Connection(
            original: Connection.Tuple(
                source: IPAddress("10.0.0.1")!, destination: IPAddress("10.0.0.2")!, sourcePort: 40000, destinationPort: 80),
            reply: Connection.Tuple(
                source: IPAddress("10.0.0.2")!, destination: IPAddress("10.0.0.1")!, sourcePort: 80, destinationPort: 40000),
            protocolIdentifier: 6, zone: 65520, id: 82, mark: 19, status: [.confirmed], tcpState: .synSent), kind: .new)

    private func text(_ observations: [Observation]) -> String {
        (["\(RecordingText.magic) node1"] + observations.flatMap(RecordingText.lines)).joined(separator: "\n") + "\n"
    }

    @Test("what is recorded is what is replayed")
    func roundTrip() throws {
        let recording = try Recording(text: text(Self.observations), path: "recording.txt")
        #expect(recording.nodeName == "node1")
        #expect(recording.observations == Self.observations)
    }

    @Test(
        "a pod's name cannot begin a line of a recording", arguments: ["a b", "a\nat 2026-01-01T00:00:00.000Z", "", "100%", "pöd\u{1B}[0m"])
    func hostileName(name: String) throws {
        let pod = LocalPod(name: name, namespace: name, addresses: [], interface: name)
        let observation = Observation(time: Timestamp(milliseconds: 1_795_000_000_250), pods: [pod], report: .poll([], isWhole: true))
        #expect(try Recording(text: text([observation]), path: "r").observations == [observation])
    }

    @Test("a recording that was damaged anywhere is read, or refused with the line", arguments: 0..<200 as Range<UInt64>)
    func damaged(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let octets = Mutation.mutated(Array(text(Self.observations.shuffled(using: &generator)).utf8), using: &generator)
        do {
            _ = try Recording(text: String(decoding: octets, as: UTF8.self), path: "r")
        } catch {
            #expect("\(error)".hasPrefix("r:"), "seed \(seed)")
        }
    }

    @Test("a recording and its folders are for their owner only, whatever the umask")
    func modes() throws {
        let before = umask(0)
        defer { umask(before) }
        let cluster = try Cluster()
        let writer = try RecordingWriter(directory: "\(cluster.folder)/rec", nodeName: "node1", logger: Logger(label: "test"))
        writer.append(Observation(time: Timestamp(milliseconds: 0)))
        for (path, mode): (String, mode_t) in [("rec", 0o700), ("rec/node1", 0o700), ("rec/node1/recording.txt", 0o600)] {
            var status = stat()
            let found = unsafe stat("\(cluster.folder)/\(path)", &status)
            #expect(found == 0)
            #expect(status.st_mode & 0o777 == mode)
        }
    }

    @Test("moved in time, every time of an observation moves")
    func moves() throws {
        let moved = Self.observations[0].moved(by: .seconds(60))
        #expect(moved.time - Self.observations[0].time == .seconds(60))
        #expect(moved.denied[0].time - Self.observations[0].denied[0].time == .seconds(60))
        guard case .poll(let before, _) = Self.observations[0].report, case .poll(let after, _) = moved.report else {
            Issue.record("the poll is gone")
            return
        }
        #expect(try #require(after[0].start) - #require(before[0].start) == .seconds(60))
    }

    @Test(
        "a line that does not fit is named by its number",
        arguments: [
            ("", 0), ("something else\n", 1), ("weir-recording 1 n\nat noon\n", 2),
            ("weir-recording 1 n\nat 2026-11-23T10:00:00.250Z\npods 2\na b c 10.0.0.1\n", 4),
            ("weir-recording 1 n\nat 2026-11-23T10:00:00.250Z\nwhole 1\ntcp,orig=(\n", 4),
            ("weir-recording 1 n\nat 2026-11-23T10:00:00.250Z\nwhat 1\n", 3),
            ("weir-recording 1 n\nat 2026-11-23T10:00:00.250Z\ndenied 999999999\n", 3),
        ])
    func refuses(text: String, line: Int) throws {
        let error = #expect(throws: RecordingError.self) { try Recording(text: text, path: "r") }
        #expect("\(try #require(error))".hasPrefix("r:\(line):"))
    }

    @Test("the demonstration's recordings can be read", arguments: ["node1", "node2"])
    func readsDemonstration(node: String) throws {
        let recording = try Recording(directory: "\(Cluster.recordings)/\(node)")
        #expect(recording.nodeName == node)
        #expect(
            recording.observations.contains { observation in
                if case .poll(let connections, _) = observation.report { !connections.isEmpty } else { false }
            })
    }
}
