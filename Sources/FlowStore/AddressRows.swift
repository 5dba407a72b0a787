// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The rows of `address` used lately. At `capacity` it starts anew, which costs one lookup for each address still in use.
struct AddressRows {
    private let capacity: Int
    private var rows: [IPAddress: Int64] = [:]
    /// Addresses whose rows the open transaction made or found.
    private var fresh: [IPAddress] = []

    init(capacity: Int = 1 << 16) {
        self.capacity = capacity
    }

    mutating func row(of address: IPAddress, using statements: WriterStatements) throws(StoreError) -> Int64 {
        if let row = rows[address] { return row }
        let row = try statements.row(of: address)
        if rows.count >= capacity { rows.removeAll(keepingCapacity: true) }
        rows[address] = row
        fresh.append(address)
        return row
    }

    mutating func commit() {
        fresh.removeAll()
    }

    mutating func rollBack() {
        for address in fresh { rows[address] = nil }
        fresh.removeAll()
    }
}
