// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import GRDB
import Testing

@testable import FlowStore

@Suite struct PendingRowsTests {
    private let database: DatabaseQueue

    init() throws {
        database = try DatabaseQueue()
        try database.write { try $0.execute(sql: "CREATE TABLE thing (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER) STRICT") }
    }

    private func rows() throws -> [[Int64?]] {
        try database.read { try Row.fetchAll($0, sql: "SELECT id, a, b FROM thing ORDER BY id").map { [$0[0], $0[1], $0[2]] } }
    }

    @Test(
        "all rows are inserted as they were given, whatever their number and order", arguments: [0, 1, 15, 16, 17, 100, 3000],
        [true, false])
    func everyRow(count: Int, isInOrder: Bool) throws {
        var random = SeededGenerator(seed: 11)
        var ids = (0..<Int64(count)).map { $0 * 3 - 40 }
        if !isInOrder { ids.shuffle(using: &random) }
        var truth: [[Int64?]] = []
        try database.write { database in
            var pending = try PendingRows(into: "thing", ["id", "a", "b"], try Connection(database))
            for id in ids {
                let row = [id, id % 2 == 0 ? id * 5 : nil, random.next() % 3 == 0 ? nil : .max]
                try pending.begin(id)
                for value in row.dropFirst() { pending.append(value) }
                truth.append(row)
            }
            try pending.insert()
            #expect(pending.firstID == .max)
            // Nothing is inserted twice.
            try pending.insert()
        }
        #expect(try rows() == truth.sorted { ($0[0] ?? 0) < ($1[0] ?? 0) })
    }

    @Test("a row that cannot be inserted is an error, and nothing waits afterwards")
    func failure() throws {
        try database.write { database in
            try database.execute(sql: "INSERT INTO thing VALUES (5, 1, 1)")
            var pending = try PendingRows(into: "thing", ["id", "a", "b"], try Connection(database))
            for id in [Int64(4), 5] {
                try pending.begin(id)
                pending.append(1)
                pending.append(2)
            }
            #expect(pending.firstID == 4)
            #expect(throws: StoreError.self) { try pending.insert() }
            #expect(pending.firstID == .max)
            try pending.insert()
        }
        #expect(try rows() == [[4, 1, 2], [5, 1, 1]])
    }
}
