// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The rows of `address` used lately. At `capacity` it starts anew, which costs one lookup for each address still in use.
struct AddressRows {
    private struct Known {
        let row: Int64
        var lastSeen: LastSeen
    }

    private let capacity: Int
    private var rows: [IPAddress: Known] = [:]
    /// Addresses whose rows the open transaction made, found or changed.
    private var fresh: [IPAddress] = []

    init(capacity: Int = 1 << 16) {
        self.capacity = capacity
    }

    mutating func row(of address: IPAddress, seen: LastSeen, using statements: WriterStatements) throws(StoreError) -> Int64 {
        if let known = rows[address] {
            if known.lastSeen >= seen { return known.row }
            try statements.touch(address: known.row, seen)
            rows[address]?.lastSeen = seen
            fresh.append(address)
            return known.row
        }
        let row = try statements.row(of: address, seen: seen)
        if rows.count >= capacity { rows.removeAll(keepingCapacity: true) }
        rows[address] = Known(row: row, lastSeen: seen)
        fresh.append(address)
        return row
    }

    mutating func commit() {
        fresh.removeAll(keepingCapacity: true)
    }

    mutating func rollBack() {
        for address in fresh { rows[address] = nil }
        fresh.removeAll()
    }

    /// After rows were removed from the table.
    mutating func forgetAll() {
        rows.removeAll(keepingCapacity: true)
        fresh.removeAll()
    }
}
