// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import IPFIX
import Testing

@testable import FlowStore

/// Rules and ports in a real store.
@Suite struct StatisticsSeriesTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("flows.db") }

    private func rows(_ sql: String) throws -> [[String?]] { try storedRows(sql, of: path) }

    private func deltas(_ order: String = "observationTimeMilliseconds") throws -> [String?] {
        try rows("SELECT octetDeltaCount FROM policy_rules ORDER BY \(order)").map { $0[0] }
    }

    @Test("an observation is a row of policy_rules under its elements' names, and what is unknown is NULL")
    func ruleRow() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let result = try writer.write(records.batch([records.rule(at: 60, total: 500, delta: 30)], at: 61))
        #expect(result.statistics == 1 && result.unknownNames == 0)
        let row = try rows(
            """
            SELECT id >> 22, observationTimeMilliseconds, monitoringIntervalStartMilliSeconds, sourceNodeName, commonPropertiesId,
              ingressNetworkPolicyName, ingressNetworkPolicyRuleName, ingressNetworkPolicyRuleAction, egressNetworkPolicyRuleAction,
              octetTotalCount, octetDeltaCount, packetTotalCount, deltaFlowCount
            FROM policy_rules
            """)
        let second = StatisticsRecords.start + 60
        #expect(
            row == [
                [
                    "\(second)", "\(second * 1000 + 5)", "\((second - 60) * 1000)", "node-a", "7", nil, "allow-dns", "1", nil, "500", "30",
                    nil,
                    nil,
                ]
            ])
    }

    @Test("an observation is a row of ports, with both directions")
    func portRow() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.port(at: 60, total: 10, delta: 3, errors: 2)], at: 61))
        try writer.write(records.batch([records.port(at: 120, total: 15, delta: 5)], at: 121))
        let row = try rows(
            """
            SELECT sourceNodeName, interfaceName, ingressInterface, sourcePodName, sourcePodNamespace, packetDeltaCount, reversePacketDeltaCount,
              droppedPacketTotalCount, ignoredPacketTotalCount, reverseIgnoredPacketTotalCount
            FROM ports
            ORDER BY id
            """)
        #expect(
            row == [
                ["node-a", "web-0", "4", "pod-web-0", nil, "3", "6", nil, "2", "2"],
                ["node-a", "web-0", "4", "pod-web-0", nil, "5", "10", nil, nil, nil],
            ])
    }

    @Test("a record that comes again changes nothing, in its batch, in a later one, and after a restart")
    func repeated() throws {
        var records = StatisticsRecords()
        let record = records.rule(at: 60, total: 500, delta: 30)
        do {
            let writer = try FlowStore.openForWriting(path: path)
            let result = try writer.write(records.batch([record, record], at: 61))
            #expect(result.statistics == 1 && result.repeatedStatistics == 1)
            #expect(try writer.write(records.batch([record], at: 62)).repeatedStatistics == 1)
        }
        var again = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let result = try writer.write(again.batch([again.rule(at: 60, total: 500, delta: 30)], at: 63))
        #expect(result.repeatedStatistics == 1 && result.statistics == 0)
        #expect(try deltas() == ["30"])
    }

    @Test("what a lost record told is in the next one's growth, from the time of the one before")
    func lost() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.rule(at: 60, total: 130, delta: 30)], at: 61))
        try writer.write(records.batch([records.rule(at: 180, total: 190, delta: 40)], at: 181))
        #expect(try deltas() == ["30", "60"])
        #expect(
            try rows("SELECT monitoringIntervalStartMilliSeconds FROM policy_rules ORDER BY id").last
                == ["\((StatisticsRecords.start + 60) * 1000 + 5)"])
    }

    @Test("a record that comes late changes no sum")
    func late() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let late = records.rule(at: 120, total: 150, delta: 20)
        try writer.write(records.batch([records.rule(at: 60, total: 130, delta: 30)], at: 61))
        try writer.write(records.batch([records.rule(at: 180, total: 190, delta: 40), late], at: 181))
        #expect(try deltas() == ["30", "60"])
    }

    @Test("a counter that began anew grows by what it counts since, never below zero")
    func reset() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.rule(at: 60, total: 130, delta: 30)], at: 61))
        // The switch began anew, and the exporter saw it.
        try writer.write(records.batch([records.rule(at: 120, total: 10, delta: 10)], at: 121))
        // It began anew and passed its last total before it was seen again.
        try writer.write(records.batch([records.rule(at: 180, total: 15, delta: 15)], at: 181))
        // Switch and exporter began anew: the exporter knows of no growth.
        try writer.write(records.batch([records.rule(at: 240, total: 4, delta: 0)], at: 241))
        // And the same where it does not tell growth.
        try writer.write(records.batch([records.rule(at: 300, total: 3, delta: nil)], at: 301))
        #expect(try deltas() == ["30", "10", "15", "0", "3"])
    }

    @Test("an exporter that began anew beside a switch at work loses nothing")
    func exporterRestart() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.rule(at: 60, total: 130, delta: 30)], at: 61))
        try writer.write(records.batch([records.rule(at: 240, total: 180, delta: 0)], at: 241))
        #expect(try deltas() == ["30", "50"])
    }

    @Test("growth that nobody told is unknown, and a total that is unknown goes on from its last value")
    func unknown() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.rule(at: 60, total: 130, delta: nil)], at: 61))
        try writer.write(records.batch([records.rule(at: 120, total: nil, delta: nil)], at: 121))
        try writer.write(records.batch([records.rule(at: 180, total: 150, delta: nil)], at: 181))
        #expect(try deltas() == [nil, nil, "20"])
    }

    @Test("rules are told apart by node, number and name; a number that is used again is another rule")
    func identity() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let first = [
            records.rule(7, at: 60, total: 100, delta: 1), records.rule(8, at: 60, total: 200, delta: 2),
            records.rule(7, at: 60, total: 300, delta: 3, node: "node-b"), records.rule(7, at: 60, total: 400, delta: 4, name: nil),
        ]
        try writer.write(records.batch(first, at: 61))
        let second = [records.rule(7, at: 120, total: 50, delta: 50, name: "other"), records.rule(7, at: 120, total: 110, delta: 10)]
        try writer.write(records.batch(second, at: 121))
        #expect(try deltas("id") == ["1", "2", "3", "4", "50", "10"])
        #expect(try rows("SELECT count(*) FROM rule") == [["5"]])
    }

    @Test("a record without node, number or time, or of a time to come, is refused and counted")
    func refused() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        var bad: [StatisticsRecord] = []
        for field in [StatisticsField.sourceNodeName, .commonPropertiesId, .observationTimeMilliseconds] {
            var record = records.rule(at: 60, total: 1, delta: 1)
            record[unsigned: field] = nil
            bad.append(record)
        }
        bad.append(records.rule(at: 10_000, total: 1, delta: 1))
        var before = records.rule(at: 60, total: 1, delta: 1)
        before[time: .observationTimeMilliseconds] = Timestamp(milliseconds: -5000)
        bad.append(before)
        let result = try writer.write(records.batch(bad, at: 61))
        #expect(result.refusedStatistics == 5 && result.statistics == 0)
        #expect(try rows("SELECT * FROM policy_rules").isEmpty)
    }

    @Test("counts that do not fit saturate")
    func saturation() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        try writer.write(records.batch([records.rule(at: 60, total: .max, delta: .max)], at: 61))
        try writer.write(records.batch([records.rule(at: 120, total: .max, delta: 0)], at: 121))
        #expect(
            try rows("SELECT octetTotalCount, octetDeltaCount FROM policy_rules ORDER BY id") == [
                ["\(Int64.max)", "\(Int64.max)"], ["\(Int64.max)", "0"],
            ])
    }

    @Test("whatever is lost, repeated or late, the sum of growth is that of the totals since the first", arguments: 0..<64 as Range<UInt64>)
    func sums(pattern: UInt64) throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let all = (0...6 as ClosedRange<Int64>).map {
            records.rule(at: $0 * 60, total: UInt64(100 + $0 * $0), delta: UInt64(max(2 * $0 - 1, 0)))
        }
        try writer.write(records.batch([all[0]], at: 500))
        // Of the five in between each comes or is lost; in odd patterns they come twice and backwards.
        var chosen = (1...5).filter { pattern >> UInt64($0) & 1 == 1 }.map { all[$0] }
        if pattern & 1 == 1 { chosen += chosen.reversed() }
        for record in chosen { try writer.write(records.batch([record], at: 500)) }
        try writer.write(records.batch([all[6]], at: 500))
        #expect(try rows("SELECT sum(octetDeltaCount) FROM policy_rules") == [["36"]])
    }

    @Test("a rule is found by an index, and a time range of observations by its key")
    func plans() throws {
        let writer = try FlowStore.openForWriting(path: path)
        func plan(_ sql: String) throws -> String {
            try writer.queue.read { database in
                try Row.fetchAll(
                    database, sql: "EXPLAIN QUERY PLAN " + sql,
                    arguments: StatementArguments(Array(repeating: 1, count: sql.count { $0 == "?" }))
                )
                .map { "\($0["detail"] ?? "")" }.joined(separator: "; ")
            }
        }
        #expect(try plan(SeriesLayout.rules.find).contains("USING INDEX rule_by_number (commonPropertiesId=? AND sourceNodeName=?)"))
        #expect(try plan(SeriesLayout.ports.find).contains("USING INDEX port_by_interface (interfaceName=? AND sourceNodeName=?)"))
        let range = try plan("SELECT octetDeltaCount, commonPropertiesId FROM policy_rules WHERE id >= 1 AND id < 2")
        #expect(range.hasPrefix("SEARCH observed USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"))
    }

    @Test("a batch that fails leaves nothing of its statistics")
    func rollBack() throws {
        var records = StatisticsRecords()
        let writer = try FlowStore.openForWriting(path: path)
        let batch = records.batch([records.rule(at: 60, total: 1, delta: 1), records.notSent(5, at: 60)], at: 61)
        try writer.queue.write {
            try $0.execute(sql: "CREATE TRIGGER refuse BEFORE INSERT ON exporter_minute BEGIN SELECT raise(ABORT, 'no'); END")
        }
        #expect(throws: StoreError.self) { try writer.write(batch) }
        #expect(try rows("SELECT * FROM policy_rules").isEmpty && rows("SELECT * FROM statistics").isEmpty)
        try writer.queue.write { try $0.execute(sql: "DROP TRIGGER refuse") }
        let result = try writer.write(batch)
        #expect(result.statistics == 2 && result.unknownNames == 0)
        #expect(try deltas() == ["1"])
    }
}
