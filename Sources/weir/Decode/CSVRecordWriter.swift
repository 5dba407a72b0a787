// SPDX-License-Identifier: Apache-2.0

/// Finds the columns of a CSV file: the names in all records, in the order in which they first come.
struct ColumnFinder: RecordWriter {
    private(set) var names: [String] = []
    private var known: Set<String> = []

    mutating func write(_ set: DecodedSet) {
        for column in set.columns where known.insert(column.name).inserted { names.append(column.name) }
    }
}

/// Writes each record as a line of CSV. A name that a record has not is an empty field; the values of a repeated element stand in one
/// field, a space between them; a list is written as JSON.
struct CSVRecordWriter: RecordWriter {
    private var text = CSVText()
    private var limit: RecordLimit
    private let places: [String: Int]

    init(columns: [String], limit: RecordLimit) {
        self.limit = limit
        places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
        if !columns.isEmpty { text.write(columns) }
    }

    mutating func write(_ set: DecodedSet) throws {
        for record in set.records where limit.admits() {
            var fields = [String](repeating: "", count: places.count)
            for column in set.columns {
                guard let place = places[column.name] else { continue }
                fields[place] = set.values(of: column, in: record).map(\.text).joined(separator: " ")
            }
            text.write(fields)
        }
        if text.octets.count > 1 << 16 { try flush() }
    }

    mutating func flush() throws {
        try Output.answer(text.octets)
        text.removeAll()
    }
}
