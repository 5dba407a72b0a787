// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing
import Yams

@testable import weir_exporter

@Suite struct ConnectionListingTests {
    private func lines(_ connections: [Connection], pod: String = "client-1", _ format: ConnectionListing.Format) -> [String] {
        var process = MeteringProcess(.everything, seed: 1)
        process.update(pods: [LocalPod(name: pod, namespace: "lab", addresses: [.client], interface: "a")], at: .sample)
        process.observe(Poll(time: .sample, connections: connections))
        var records: [FlowRecord] = []
        process.snapshot(into: &records)
        return ConnectionListing.lines(records, process.names, format)
    }

    @Test("a table has a line a connection, oldest first, and unknown numbers are not zero")
    func table() {
        var uncounted = Connection.sample(2, start: .sample - .seconds(1))
        uncounted.counters = nil
        let lines = lines([.sample(1), uncounted], .table)
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("tcp") && lines[1].contains("10.10.1.2:2 ") && lines[1].contains("–"))
        #expect(lines[2].contains("ESTABLISHED") && lines[2].contains("200") && lines[2].contains("lab/client-1"))
    }

    @Test("JSON has the known elements under their names")
    func json() throws {
        let text = lines([.sample(1), .sample(2)], .json).joined(separator: "\n")
        let list = try #require(try Yams.compose(yaml: text)?.sequence)
        #expect(list.count == 2)
        #expect(list[0]["sourceTransportPort"]?.int == 1 && list[0]["octetTotalCount"]?.int == 200)
        #expect(list[0]["sourceIPAddress"]?.string == "10.10.1.2" && list[0]["sourcePodName"]?.string == "client-1")
        #expect(list[0]["destinationPodName"] == nil)
    }

    @Test("nothing is an empty table and an empty list")
    func empty() {
        #expect(lines([], .json) == ["[]"])
        #expect(lines([], .table).count == 1)
    }

    @Test("a name cannot end its line or command a terminal", arguments: [.table, .json] as [ConnectionListing.Format])
    func hostile(format: ConnectionListing.Format) {
        let text = lines([.sample(1)], pod: "x\u{1B}]0;owned\u{7}\n\"forged\u{202E}", format).joined(separator: "\n")
        #expect(text.split(separator: "\n").count == (format == .table ? 2 : 1))
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x202E })
    }

    @Test("the summary says how many and why not others")
    func summary() {
        var statistics = MeteringStatistics()
        statistics.otherZone = 3
        statistics.notLocal = 1
        #expect(ConnectionListing.summary(statistics, count: 5) == "5 connections; left out: 3 of another zone, 1 without a local pod")
        #expect(ConnectionListing.summary(MeteringStatistics(), count: 0) == "0 connections")
    }
}
