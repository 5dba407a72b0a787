// SPDX-License-Identifier: Apache-2.0

import Metering
import Testing

@testable import Conntrack

@Suite struct ConntrackStatisticsTests {
    @Test("growth is told apart from a wrap and from a counter that began again")
    func growth() {
        var meter = ConntrackStatisticsMeter()
        let steps: [(UInt32, UInt64)] = [(1000, 0), (1000, 0), (1500, 500), (7, 7), (UInt32.max - 1, 4_294_967_287), (3, 5), (0, 0)]
        for (reading, expected) in steps {
            let growth = meter.update(ConntrackStatistics(cpus: [0: [.drop: reading]]))
            #expect(growth[.drop] == expected, "at \(reading)")
        }
        #expect(meter.total[.drop] == 4_294_967_799)
        #expect(meter.total.losses == 4_294_967_799)
        #expect(meter.total[.earlyDrop] == 0)
    }

    @Test("CPUs are added up, one that is new counts from zero and one that is gone loses nothing")
    func cpus() {
        var meter = ConntrackStatisticsMeter()
        _ = meter.update(ConntrackStatistics(cpus: [0: [.insertFailed: 1], 1: [.insertFailed: 10]]))
        let growth = meter.update(ConntrackStatistics(cpus: [0: [.insertFailed: 3], 5: [.insertFailed: 4, .found: 9]]))
        #expect(growth[.insertFailed] == 6 && growth[.found] == 9)
        #expect(growth.losses == 6)
    }

    @Test("each message is a CPU's or the table's, and what cannot be read is counted")
    func parsing() {
        let cpu = message(NetlinkMessageType.cpuStatistics, [0, 0, 0, 3] + number(10, 77) + number(99, 1) + number(11, 5))
        let table = message(NetlinkMessageType.tableStatistics, [0, 0, 0, 0] + number(1, 12) + number(2, 4096))
        let short = message(NetlinkMessageType.cpuStatistics, [0, 0, 0, 4] + EntryWriter.attribute(10, [1]))
        let empty = message(NetlinkMessageType.tableStatistics, [0, 0, 0, 0])
        var parser = StatisticsParser(sequenceNumber: 1)
        let progress = parser.receive(
            (cpu + table + short + empty + message(9, []) + EntryWriter.entry(.sample(), sequenceNumber: 1)).span)
        #expect(progress == .unfinished)
        #expect(parser.statistics == ConntrackStatistics(entries: 12, maximum: 4096, cpus: [3: [.drop: 77, .earlyDrop: 5]]))
        #expect(parser.rejected == [.valueLength: 1, .missingValue: 1, .unexpectedMessage: 2])
        #expect(ConntrackStatistics(entries: 12, maximum: 48).use == 0.25)
        #expect(ConntrackStatistics(entries: 12).use == nil && ConntrackStatistics(maximum: 0).use == nil)
    }

    @Test("captured statistics decode to what /proc/net/stat/nf_conntrack said")
    func captured() throws {
        var parser = StatisticsParser()
        let octets = try Fixture.octets("statistics.bin")
        // The two answers: of the CPUs up to its end, and of the table.
        #expect(parser.receive(octets.span.extracting(..<220)) == .done)
        #expect(parser.receive(octets.span.extracting(220...)) == .unfinished)
        #expect(parser.statistics.cpus.mapValues { $0[.invalid] } == [0: 1, 1: 0])
        #expect(parser.statistics.cpus.values.allSatisfy { $0[.drop] == 0 && $0.count == ConntrackCounter.allCases.count })
        #expect(parser.statistics.entries == 0 && parser.statistics.maximum == 262_144 && parser.hasTable)
        #expect(parser.rejected == [:])
    }

    @Test("cut anywhere, statistics are read up to the cut or counted")
    func truncation() {
        let octets =
            message(NetlinkMessageType.cpuStatistics, [0, 0, 0, 3] + number(10, 77))
            + message(NetlinkMessageType.tableStatistics, [0, 0, 0, 0] + number(1, 12))
        for length in 0..<octets.count {
            var parser = StatisticsParser()
            #expect(parser.receive(Array(octets[..<length]).span) == .unfinished)
            #expect(parser.rejected.values.reduce(0, +) <= 1)
        }
    }

    private func message(_ type: UInt16, _ body: [UInt8]) -> [UInt8] { EntryWriter.message(body, type: type) }
    private func number(_ type: UInt16, _ number: UInt32) -> [UInt8] { EntryWriter.attribute(type, networkOctets(number)) }
}

/// Against the running kernel, in network namespaces of the tests' own. As another user than root these fail and say so.
@Suite struct KernelConntrackStatisticsLiveTests {
    @Test("the table's use and the counters of each CPU are the kernel's")
    func small() throws {
        let (before, after, maximum) = try inNewNetworkNamespace {
            try LabelRule.add()
            try Loopback.raise()
            var kernel = try KernelConntrack()
            let before = try kernel.statistics()
            for port in UInt16(20_000)..<20_010 { try Loopback.send(octets: 10, from: port, to: 9) }
            let after = try kernel.statistics()
            _ = try kernel.poll { _ in }
            return (before, after, try KernelAccounting().occupancy().maximum)
        }
        #expect(before.entries == 0 && after.entries == 10)
        #expect(after.maximum == UInt32(maximum))
        #expect(!after.cpus.isEmpty)
        #expect(after.cpus.values.allSatisfy { Set($0.keys).isSuperset(of: [.insertFailed, .drop, .earlyDrop]) })
    }

    @Test("a table filled beyond its maximum drops, and the counters tell how much")
    func full() throws {
        let growth = try inNewNetworkNamespace { () throws -> [ConntrackCounts] in
            try LabelRule.add()
            try Loopback.raise()
            var kernel = try KernelConntrack()
            var meter = ConntrackStatisticsMeter()
            let maximum = Int(try #require(try kernel.statistics().maximum))
            try LiveTable.fill(count: maximum + 1)
            _ = meter.update(try kernel.statistics())
            var growth: [ConntrackCounts] = []
            for port in UInt16(20_000)..<20_005 { try Loopback.send(octets: 10, from: port, to: 9) }
            growth.append(meter.update(try kernel.statistics()))
            try LiveTable.flush()
            for port in UInt16(20_000)..<20_005 { try Loopback.send(octets: 10, from: port, to: 9) }
            growth.append(meter.update(try kernel.statistics()))
            return growth
        }
        #expect(growth[0][.drop] == 5 && growth[0].losses >= 5)
        #expect(growth[1].losses == 0)
    }
}
