// SPDX-License-Identifier: Apache-2.0

/// New rows of a table of whole numbers that wait to be inserted, in the order of their ids and many with one statement.
///
/// Starting a statement and finding a row's place in the tree take as long as the row itself. Rows that follow each other share both. What
/// reads the table in the same transaction calls ``insert()`` before.
struct PendingRows {
    /// Stands for NULL; no id, counter or time can be.
    static let null = Int64.min

    /// More gain nothing: a statement's values stay in the processor's cache.
    private static let rowsAStatement = 16
    private static let capacity = 1024

    private struct Row {
        let id: Int64
        /// Of its id in `values`.
        let place: Int
    }

    private let insertOne: Statement
    private let insertMany: Statement
    private let columnCount: Int
    /// Row after row, the id of each first.
    private var values: [Int64] = []
    private var rows: [Row] = []
    private var isInOrder = true
    /// The smallest id that waits; the largest number when none does.
    private(set) var firstID = Int64.max

    /// - Parameter columns: all that are ever set; the first is the id.
    init(into table: String, _ columns: [String], _ connection: Connection) throws(StoreError) {
        func statement(_ count: Int) throws(StoreError) -> Statement {
            let row = "(\(StoreLayout.parameters(columns.count)))"
            return try Statement(
                connection,
                "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES \(repeatElement(row, count: count).joined(separator: ", "))"
            )
        }
        insertOne = try statement(1)
        insertMany = try statement(Self.rowsAStatement)
        columnCount = columns.count
    }

    /// Begins a row, the id being its first value. At capacity the rows before are inserted.
    mutating func begin(_ id: Int64) throws(StoreError) {
        if rows.count == Self.capacity { try insert() }
        if let last = rows.last, last.id > id { isInOrder = false }
        firstID = min(firstID, id)
        rows.append(Row(id: id, place: values.count))
        values.append(id)
    }

    /// The next value of the row that was begun last. A row has one for each column.
    mutating func append(_ value: Int64?) { values.append(value ?? Self.null) }

    mutating func insert() throws(StoreError) {
        precondition(values.count == rows.count * columnCount, "a row has a value for each column")
        // Also after an error: then the transaction is over.
        defer { removeAll() }
        if !isInOrder { rows.sort { $0.id < $1.id } }
        var rest = rows[...]
        while rest.count >= Self.rowsAStatement {
            try insert(rest.prefix(Self.rowsAStatement), by: insertMany)
            rest = rest.dropFirst(Self.rowsAStatement)
        }
        for index in rest.indices { try insert(rest[index...index], by: insertOne) }
    }

    mutating func removeAll() {
        values.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        isInOrder = true
        firstID = .max
    }

    private func insert(_ rows: ArraySlice<Row>, by statement: Statement) throws(StoreError) {
        var parameter: Int32 = 1
        for row in rows {
            for place in row.place..<row.place + columnCount {
                if values[place] == Self.null { statement.bindNull(at: parameter) } else { statement.bind(values[place], at: parameter) }
                parameter += 1
            }
        }
        try statement.run()
    }
}
