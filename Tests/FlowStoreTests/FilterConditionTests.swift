// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

@testable import FlowStore

/// The SQL of a filter selects what the filter itself holds for.
@Suite struct FilterConditionTests {
    private let folder = TemporaryFolder()
    private static let second: Int64 = 1_700_000_000

    /// A store with one interval of each record, one a second; the connection's id is the record's index and one.
    private func reader(_ records: [FlowRecord], _ names: borrowing NameTable) throws -> FlowReader {
        let path = folder.file("flows.db")
        let writer = try FlowStore.openForWriting(path: path)
        var batch = StoreBatch()
        for id in 1...max(names.count, 1) as ClosedRange<Int> {
            batch.names.append(StoreBatch.NewName(id: NameID(rawValue: UInt32(id)), text: names.text(of: NameID(rawValue: UInt32(id)))))
        }
        for (index, record) in records.enumerated() {
            batch.intervals.append(FlowInterval(connection: Int64(index + 1), record: record, isConnectionChanged: true))
        }
        try writer.write(batch)
        return try FlowStore.openForReading(path: path)
    }

    private func selected(_ filter: FlowFilter, _ reader: FlowReader) throws -> [Int64] {
        let range = TimeRange(from: Timestamp(seconds: 0), to: Timestamp(seconds: Self.second * 3))
        return try reader.flows([], in: range, filter: filter, limit: nil).rows.compactMap { $0[0].integer }.sorted()
    }

    @Test("the SQL agrees with a direct evaluation", arguments: 1...12 as ClosedRange<UInt64>)
    func agreement(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var random = RandomFlows(seed: seed)
        let records = (0..<60).map { random.record(end: Timestamp(seconds: Self.second + Int64($0))).record }
        let reader = try reader(records, random.names)
        var held = 0
        for _ in 0..<150 {
            let filter = FlowFilter.random(about: records, random.names, using: &generator)
            let expected = records.indices.filter { filter.holds(for: records[$0], random.names) }.map { Int64($0 + 1) }
            #expect(try selected(filter, reader) == expected, "seed \(seed): \(filter)")
            if !expected.isEmpty, expected.count < records.count { held += 1 }
        }
        #expect(held > 50, "filters that select all or nothing prove little")
    }

    @Test("values are bound, whatever is in them")
    func bound() throws {
        var names = NameTable(seed: 1)
        var record = FlowRecord()
        let text = "x' OR 1=1; DROP TABLE interval; --\""
        record[name: .sourcePodName] = names.id(of: text)
        record[time: .flowEndMilliseconds] = Timestamp(seconds: Self.second)
        let reader = try reader([record], names)
        let filter = FlowFilter.test(FilterTest(.field(.sourcePodName), .oneOf([.text(text)])))
        #expect(try selected(filter, reader) == [1])
        #expect(!FilterCondition(filter).sql.contains("DROP"))
        #expect(try selected(.test(FilterTest(.field(.sourcePodName), .oneOf([.text("x' OR 1=1")]))), reader) == [])
    }

    @Test("a pattern is looked for once for each name")
    func pattern() throws {
        let filter = try FlowFilter(parsing: "sourcePodName ~ ^web")
        #expect(FilterCondition(filter).sql == "ifnull(conversation.sourcePodName IN (SELECT id FROM name WHERE text REGEXP ?), 0)")
    }
}
