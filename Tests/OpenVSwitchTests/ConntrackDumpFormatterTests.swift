// SPDX-License-Identifier: Apache-2.0

import Metering
import Testing

@testable import OpenVSwitch

@Suite struct ConntrackDumpFormatterTests {
    private func parse(_ lines: String, offset: Int) -> (connections: [Connection], statistics: ConntrackDumpParser.Statistics) {
        var parser = ConntrackDumpParser(localTime: .offset(seconds: offset))
        var connections: [Connection] = []
        parser.consume(Array(lines.utf8), into: &connections)
        parser.finish(into: &connections)
        return (connections, parser.statistics)
    }

    @Test("what is written is read back the same", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let connections = (0..<200).map { _ in Connection.random(using: &generator) }
        let offset = Int.random(in: -50_400...50_400, using: &generator)
        let formatter = ConntrackDumpFormatter(utcOffsetSeconds: offset)
        let (read, statistics) = parse(connections.map(formatter.line).joined(separator: "\n"), offset: offset)
        #expect(statistics.rejected == 0, "seed \(seed): \(statistics.firstRejected)")
        #expect(read == connections, "seed \(seed)")
    }

    @Test("a line of the daemon is written as it was, but for the window details of TCP")
    func sameAsTheDaemon() throws {
        let lines = try Fixture.text("ovs/node1.dump-conntrack-m-s.txt").split(separator: "\n").dropFirst()
        let formatter = ConntrackDumpFormatter()
        for line in lines where !line.contains("state_reply=CLOSED") {
            let connection = try #require(parse(String(line), offset: 0).connections.first)
            let short = line.split(separator: ",wscale_orig").first.map { $0.count < line.count ? String($0) + ")" : String($0) }
            #expect(formatter.line(connection) == short)
        }
    }
}
