// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Testing

@testable import FlowStore

@Suite struct UserConnectionTests {
    private let folder = TemporaryFolder()
    private let connection: UserConnection

    init() throws {
        let path = folder.file("flows.db")
        let writer = try FlowStore.openForWriting(path: path)
        var batch = StoreBatch()
        for index in 0..<20 as Range<Int64> {
            var record = FlowRecord()
            record[time: .flowEndMilliseconds] = Timestamp(seconds: 1_700_000_000 + index)
            record[unsigned: .octetDeltaCount] = UInt64(index)
            batch.intervals.append(FlowInterval(connection: index + 1, record: record, isConnectionChanged: true))
        }
        try writer.write(batch)
        connection = try FlowStore.openForReading(path: path).userConnection()
    }

    @Test("every view can be read, whole", arguments: StoreViews.all.map(\.name))
    func views(name: String) throws {
        let table = try connection.rows(of: "SELECT * FROM \(name)")
        // Of a minute that is not over the sums are the intervals.
        let rows = ["flows": 20, "connections": 20, "flows_1m": 20, "flows_10m": 20, "flows_1h": 20, "flows_1d": 20, "top_talkers": 1]
        #expect(!table.columns.isEmpty && table.rows.count == rows[name] ?? 0)
    }

    @Test("values keep their types")
    func types() throws {
        #expect(
            try connection.rows(of: "SELECT 1, 2.5, 'text', x'00ff', NULL AS none")
                == ResultTable(
                    columns: ["1", "2.5", "'text'", "x'00ff'", "none"],
                    rows: [[.integer(1), .real(2.5), .text("text"), .blob([0, 255]), .null]]))
    }

    @Test(
        "what an analyst writes is allowed",
        arguments: [
            "SELECT count(*) FROM flows", "WITH a AS (SELECT octetDeltaCount AS o FROM flows) SELECT sum(o) FROM a",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT max(i) FROM n",
            "SELECT octetDeltaCount, rank() OVER (ORDER BY octetDeltaCount DESC) FROM flows LIMIT 3;",
            "SELECT json_extract(sourcePodLabels, '$.app') FROM flows -- labels\n ; ", "EXPLAIN QUERY PLAN SELECT * FROM flows",
            "VALUES (1), (2)", "SELECT name FROM sqlite_schema",
            "SELECT strftime('%H:%M', flowEndMilliseconds / 1000, 'unixepoch') FROM flows",
            "; SELECT 1",
        ])
    func allowed(sql: String) throws {
        #expect(try !connection.rows(of: sql).rows.isEmpty)
    }

    @Test(
        "what does more than read flows is not",
        arguments: [
            "DELETE FROM interval", "UPDATE connection SET sourceTransportPort = 1", "INSERT INTO name (text) VALUES ('x')",
            "DROP VIEW flows",
            "CREATE TABLE t (a)", "CREATE TEMP TABLE t AS SELECT * FROM flows", "ATTACH '/etc/passwd' AS p", "VACUUM INTO '/tmp/stolen.db'",
            "PRAGMA journal_mode = DELETE", "PRAGMA table_info(flows)", "SELECT * FROM pragma_database_list",
            "SELECT load_extension('x.so')", "ATTACH ':memory:' AS m", "DETACH main", "PRAGMA writable_schema = ON",
            "PRAGMA query_only = OFF",
            "PRAGMA trusted_schema = ON",
            "INSERT INTO flows (id) VALUES (1)",
            "REPLACE INTO import (digest) VALUES (x'00')", "CREATE TRIGGER t AFTER INSERT ON interval BEGIN SELECT 1; END", "VACUUM",
            "BEGIN IMMEDIATE", "SELECT randomblob(1000000)", "SELECT zeroblob(1000000000)", "SELECT sqlite_compileoption_get(1)",
            "BEGIN", "SAVEPOINT s", "SELECT * FROM grdb_migrations", "SELECT sqlite_source_id()", "ANALYZE", "REINDEX",
        ])
    func notAllowed(sql: String) {
        let error = #expect(throws: StoreError.self) { try connection.rows(of: sql) }
        guard case .notAllowed = error else {
            Issue.record("\(sql): \(String(describing: error))")
            return
        }
    }

    @Test(
        "more than one statement is refused before the first runs",
        arguments: ["SELECT 1; SELECT 2", "SELECT 1;;; DELETE FROM interval", "SELECT 1; nonsense", "SELECT 1; -- end\n SELECT 2"])
    func several(sql: String) {
        #expect(throws: StoreError.notOneStatement(count: .several)) { try connection.rows(of: sql) }
    }

    @Test("nothing is not a statement", arguments: ["", "  \n", "-- only a comment", ";"])
    func none(sql: String) {
        #expect(throws: StoreError.notOneStatement(count: .none)) { try connection.rows(of: sql) }
    }

    @Test(
        "a mistake is answered with SQLite's words",
        arguments: [("SELEC 1", "near \"SELEC\": syntax error"), ("SELECT podName FROM flows", "no such column: podName")])
    func mistakes(sql: String, message: String) {
        #expect(throws: StoreError.invalidSQL(message: message)) { try connection.rows(of: sql) }
    }

    @Test("an endless statement is stopped, and the next one runs")
    func timeLimit() throws {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        let limits = UserConnection.Limits(time: .milliseconds(20))
        #expect(throws: StoreError.timeLimit(.milliseconds(20))) { try connection.rows(of: endless, limits: limits) }
        #expect(try connection.rows(of: "SELECT 1").rows == [[.integer(1)]])
    }

    @Test("limits of rows and octets cut the answer short, and say so")
    func limits() throws {
        #expect(try connection.rows(of: "SELECT * FROM flows", limits: .init(rows: 20)).isTruncated == false)
        let few = try connection.rows(of: "SELECT * FROM flows", limits: .init(rows: 5))
        #expect(few.rows.count == 5 && few.isTruncated)
        let small = try connection.rows(
            of: "SELECT hex(zeroblob) FROM (SELECT printf('%1000s', '') AS zeroblob FROM flows)", limits: .init(octets: 5000))
        #expect(small.rows.count == 3 && small.isTruncated)
    }

    @Test("a value too large for an answer is an error, not memory")
    func tooLarge() {
        #expect(throws: StoreError.self) { try connection.rows(of: "SELECT hex(printf('%9000000s', ''))") }
    }
}
