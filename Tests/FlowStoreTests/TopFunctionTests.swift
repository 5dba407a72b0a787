// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@testable import FlowStore

/// `top(key, value, k)` beside GROUP BY.
@Suite struct TopFunctionTests {
    private let folder = TemporaryFolder()

    private func connection(seed: UInt64, rows: Int64) throws -> UserConnection {
        let path = folder.file("flows.db")
        let writer = try FlowStore.openForWriting(path: path)
        var random = RandomFlows(seed: seed)
        var batch = StoreBatch()
        for index in 0..<rows {
            var record = FlowRecord()
            record[time: .flowEndMilliseconds] = Timestamp(seconds: 1_700_000_000 + index)
            record[unsigned: .destinationTransportPort] = random.next(below: 4) > 0 ? random.next(below: 30) : nil
            record[unsigned: .octetDeltaCount] = random.next(below: 5) > 0 ? random.next(below: 1 << 40) : nil
            record[name: .sourcePodName] = random.next(below: 4) > 0 ? random.names.id(of: "pod \"\(random.next(below: 20))\" ä\\") : nil
            batch.intervals.append(FlowInterval(connection: index + 1, record: record, isConnectionChanged: true))
        }
        batch.names = random.newNames()
        try writer.write(batch)
        return try FlowStore.openForReading(path: path).userConnection()
    }

    @Test(
        "Property: keys and sums are those of GROUP BY, largest first",
        arguments: ["destinationTransportPort", "sourcePodName", "octetDeltaCount % 7", "octetDeltaCount / 3.0"], [1, 2] as [UInt64])
    func sums(key: String, seed: UInt64) throws {
        let connection = try connection(seed: seed, rows: 500)
        let grouped = try connection.rows(
            of: "SELECT \(key), sum(octetDeltaCount) FROM flows WHERE octetDeltaCount IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1")
        let topped = try connection.rows(
            of: "SELECT value ->> 0, value ->> 1 FROM json_each((SELECT top(\(key), octetDeltaCount, 10000) FROM flows))")
        #expect(topped.rows.count == grouped.rows.count && topped.rows.map { $0[1] } == grouped.rows.map { $0[1] }, "seed \(seed)")
        func texts(_ table: ResultTable) -> Set<String> { Set(table.rows.map { "\($0[0]) \($0[1])" }) }
        if !key.contains("/") { #expect(texts(topped) == texts(grouped), "seed \(seed)") }
        let three = try connection.rows(
            of: "SELECT value ->> 1 FROM json_each((SELECT top(\(key), octetDeltaCount, 3) FROM flows))")
        #expect(three.rows.map { $0[0] } == grouped.rows.prefix(3).map { $0[1] }, "seed \(seed)")
    }

    @Test("no rows are an empty list; sums that are too large are the largest number; a wrong k is an error that says so")
    func edges() throws {
        let connection = try connection(seed: 3, rows: 1)
        func value(_ sql: String) throws -> ResultValue { try connection.rows(of: sql).rows[0][0] }
        #expect(try value("SELECT top(1, 1, 1) FROM flows WHERE id < 0") == .text("[]"))
        #expect(try value("SELECT top(1, 9223372036854775807, 5) FROM (SELECT 1 UNION ALL SELECT 2)") == .text("[[1,9223372036854775807]]"))
        #expect(try value("SELECT top(NULL, 2, 5) FROM (SELECT 1 UNION ALL SELECT 2)") == .text("[[null,4]]"))
        for k in ["0", "-1", "10001", "'ten'", "NULL"] {
            #expect(throws: StoreError.self) { try connection.rows(of: "SELECT top(1, 1, \(k)) FROM flows") }
        }
        #expect(throws: StoreError.self) { try connection.rows(of: "SELECT top(1, 'x', 1) FROM flows") }
    }
}
