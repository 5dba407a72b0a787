// SPDX-License-Identifier: Apache-2.0

/// Writes each record as an object on a line of its own: as NDJSON, or as the elements of an array.
struct JSONRecordWriter: RecordWriter {
    private var text = JSONText()
    private var limit: RecordLimit
    private let isArray: Bool
    private let isPrompt: Bool

    /// - Parameters:
    ///   - isArray: whether commas stand between the records.
    ///   - isPrompt: whether each set is written at once, for input that comes as time passes.
    init(limit: RecordLimit, isArray: Bool, isPrompt: Bool) {
        self.limit = limit
        self.isArray = isArray
        self.isPrompt = isPrompt
    }

    mutating func write(_ set: DecodedSet) throws {
        for record in set.records where limit.admits() {
            if isArray { limit.admitted > 1 ? text.raw(",\n") : text.raw("\n") }
            text.write(record, of: set)
            if !isArray { text.raw("\n") }
        }
        if isPrompt || text.octets.count > 1 << 16 { try flush() }
    }

    mutating func flush() throws {
        try Output.answer(text.octets)
        text.removeAll()
    }
}

/// Counts records, and says which are written.
struct RecordLimit {
    /// Nil for all.
    let maximum: Int?
    private(set) var seen = 0

    init(_ maximum: Int?) {
        self.maximum = maximum
    }

    var admitted: Int { maximum.map { min($0, seen) } ?? seen }

    mutating func admits() -> Bool {
        seen += 1
        return maximum.map { seen <= $0 } ?? true
    }
}
