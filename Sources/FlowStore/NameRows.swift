// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// The rows of `name` that a run's name ids stand for.
///
/// Ids belong to one run of a program, so every writer starts with none and learns texts from its batches. A text stays in memory until
/// a row for it is committed, and gets its row when a record first needs it: a batch that fails, even one that is given up, takes no
/// name with it. As large as the run's `NameTable`, which is bounded.
struct NameRows {
    /// By raw value of the id; 0 where there is no row yet.
    private var rows: [Int64] = []
    private var texts: [NameID: String] = [.tooMany: NameTable.tooManyText]
    /// Ids whose rows the open transaction made or found.
    private var fresh: [NameID] = []

    mutating func learn(_ names: [StoreBatch.NewName]) {
        for name in names where known(name.id) == nil { texts[name.id] = name.text }
    }

    /// The row of an id; nil for an id that no batch brought.
    mutating func row(of id: NameID, using statements: WriterStatements) throws(StoreError) -> Int64? {
        if let row = known(id) { return row }
        guard let text = texts[id] else { return nil }
        let row = try statements.row(ofName: text)
        let index = Int(id.rawValue)
        if index >= rows.count { rows.append(contentsOf: repeatElement(0, count: index + 1 - rows.count)) }
        rows[index] = row
        fresh.append(id)
        return row
    }

    private func known(_ id: NameID) -> Int64? {
        let index = Int(id.rawValue)
        return index < rows.count && rows[index] != 0 ? rows[index] : nil
    }

    mutating func commit() {
        for id in fresh { texts[id] = nil }
        fresh.removeAll()
    }

    mutating func rollBack() {
        for id in fresh { rows[Int(id.rawValue)] = 0 }
        fresh.removeAll()
    }
}
