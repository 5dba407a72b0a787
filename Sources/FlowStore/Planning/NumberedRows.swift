// SPDX-License-Identifier: Apache-2.0

/// The rows of ids that are known, in the order of the ids: those that are close to each other are read as a range, which is faster than a search
/// for each.
struct NumberedRows {
    /// Stands on the row that ``next()`` returned.
    let row: Statement
    private let ids: [Int64]
    private let values: [ResultValue]
    /// Places in `ids`.
    private let order: [Int]
    /// `order[position..<end]` are of the range that is being read.
    private var (position, end) = (0, 0)
    /// The id of the row that the statement stands on.
    private var current: Int64?

    /// Ids of which fewer lie between are read as one range.
    private static let closeness: Int64 = 64

    /// - Parameters:
    ///   - row: asks for the rows of a range in the order of their ids, which are its first column. Parameters: the first id, the last one, then
    ///     `values`.
    ///   - ids: different ones.
    init(_ row: Statement, ids: [Int64], values: [ResultValue] = []) {
        self.row = row
        self.ids = ids
        self.values = values
        var isSorted = true
        for index in ids.indices.dropFirst() where ids[index] < ids[index - 1] { isSorted = false }
        order = isSorted ? Array(ids.indices) : ids.indices.sorted { ids[$0] < ids[$1] }
    }

    /// - Returns: the place in `ids` of the next id, and whether it has a row; nil behind the last.
    mutating func next() throws(StoreError) -> (place: Int, hasRow: Bool)? {
        guard position < order.count else {
            row.reset()
            return nil
        }
        if position == end { try beginRange() }
        let place = order[position]
        position += 1
        while let id = current, id < ids[place] { try step() }
        return (place, current == ids[place])
    }

    private mutating func beginRange() throws(StoreError) {
        end = position + 1
        while end < order.count, ids[order[end]] - ids[order[end - 1]] <= Self.closeness { end += 1 }
        row.reset()
        row.bind(ids[order[position]], at: 1)
        row.bind(ids[order[end - 1]], at: 2)
        for (index, value) in values.enumerated() { try row.bind(value, at: Int32(index + 3)) }
        try step()
    }

    private mutating func step() throws(StoreError) {
        current = try row.step() ? row.integer(at: 0) : nil
    }
}
