// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The rows of `address` used lately. At `capacity` it starts anew, which costs one lookup for each address still in use.
struct AddressRows {
    private struct Known {
        let row: Int64
        var lastSeen: LastSeen
    }

    private let capacity: Int
    private var rows = PairTable<Known>()

    init(capacity: Int = 1 << 16) {
        self.capacity = capacity
    }

    mutating func row(of address: IPAddress, seen: LastSeen, using statements: WriterStatements) throws(StoreError) -> Int64 {
        let key = PairTable<Known>.Key(first: address.high, second: address.low)
        let known = rows[key]
        if let known, known.lastSeen >= seen { return known.row }
        if let known { try statements.touch(address: known.row, seen) }
        let row = if let known { known.row } else { try statements.row(of: address, seen: seen) }
        if rows.count >= capacity { rows.removeAll() }
        rows.set(Known(row: row, lastSeen: seen), for: key)
        return row
    }

    /// After a transaction that failed, or rows that were removed from the table.
    mutating func forgetAll() {
        rows.removeAll()
    }
}
