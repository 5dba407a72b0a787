// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// The rows of `name` that a run's name ids stand for.
///
/// Ids belong to one run of a program, so every writer starts with none and learns texts from its batches. A text stays in memory until
/// a row for it is committed, and gets its row when a record first needs it: a batch that fails, even one that is given up, takes no
/// name with it. As large as the run's `NameTable`, which is bounded.
struct NameRows {
    private struct Known {
        /// 0 where there is no row yet.
        var row: Int64 = 0
        var lastSeen = LastSeen.never
    }

    /// By raw value of the id.
    private var rows: [Known] = []
    private var texts: [NameID: String] = [.tooMany: NameTable.tooManyText]
    /// Ids whose rows the open transaction made, found or changed.
    private var fresh: [NameID] = []

    mutating func learn(_ names: [StoreBatch.NewName]) {
        for name in names where known(name.id) == nil { texts[name.id] = name.text }
    }

    /// The row of an id; nil for an id that no batch brought.
    ///
    /// - Parameter seen: the day of the flow that it is a part of; what is no part of a flow is kept for ever.
    mutating func row(of id: NameID, seen: LastSeen = .always, using statements: WriterStatements) throws(StoreError) -> Int64? {
        let index = Int(id.rawValue)
        if let known = known(id) {
            if known.lastSeen >= seen { return known.row }
            try statements.touch(name: known.row, seen)
            rows[index].lastSeen = seen
            fresh.append(id)
            return known.row
        }
        guard let text = texts[id] else { return nil }
        let row = try statements.row(ofName: text, seen: seen)
        if index >= rows.count { rows.append(contentsOf: repeatElement(Known(), count: index + 1 - rows.count)) }
        rows[index] = Known(row: row, lastSeen: seen)
        fresh.append(id)
        return row
    }

    private func known(_ id: NameID) -> Known? {
        let index = Int(id.rawValue)
        return index < rows.count && rows[index].row != 0 ? rows[index] : nil
    }

    mutating func commit() {
        for id in fresh { texts[id] = nil }
        fresh.removeAll()
    }

    /// Rows that are remembered without their texts: they must not be removed from the table.
    var remembered: Set<Int64> { Set(rows.lazy.map(\.row)) }

    /// Forgets what the transaction made; rows that were only touched are touched again.
    mutating func rollBack() {
        for id in fresh {
            if texts[id] == nil { rows[Int(id.rawValue)].lastSeen = .never } else { rows[Int(id.rawValue)] = Known() }
        }
        fresh.removeAll()
    }
}
