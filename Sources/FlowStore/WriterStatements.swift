// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The writer's prepared statements.
struct WriterStatements {
    let upsertConnection: Statement
    let insertInterval: Statement
    let addExporterMinute: Statement
    private let selectName: Statement
    private let insertName: Statement
    private let selectAddress: Statement
    private let insertAddress: Statement
    private let selectLastInterval: Statement

    init(_ connection: Connection) throws(StoreError) {
        upsertConnection = try Statement(connection, StoreLayout.upsertConnection)
        insertInterval = try Statement(connection, StoreLayout.insertInterval)
        addExporterMinute = try Statement(connection, StoreLayout.addExporterMinute)
        selectName = try Statement(connection, "SELECT id FROM name WHERE text = ?")
        insertName = try Statement(connection, "INSERT INTO name (text) VALUES (?) RETURNING id")
        selectAddress = try Statement(connection, "SELECT id FROM address WHERE octets = ?")
        insertAddress = try Statement(connection, "INSERT INTO address (octets, text) VALUES (?, ?) RETURNING id")
        selectLastInterval = try Statement(connection, "SELECT max(id) FROM interval WHERE id BETWEEN ? AND ?")
    }

    /// The row of a text, made if there is none.
    func row(ofName text: String) throws(StoreError) -> Int64 {
        try selectName.bind(text, at: 1)
        if let row = try selectName.firstInteger() { return row }
        try insertName.bind(text, at: 1)
        return try inserted(insertName)
    }

    /// The row of an address, made if there is none.
    func row(of address: IPAddress) throws(StoreError) -> Int64 {
        let octets = address.octets
        try selectAddress.bind(octets: octets, at: 1)
        if let row = try selectAddress.firstInteger() { return row }
        try insertAddress.bind(octets: octets, at: 1)
        try insertAddress.bind(address.description, at: 2)
        return try inserted(insertAddress)
    }

    func lastInterval(in range: ClosedRange<Int64>) throws(StoreError) -> Int64? {
        selectLastInterval.bind(range.lowerBound, at: 1)
        selectLastInterval.bind(range.upperBound, at: 2)
        return try selectLastInterval.firstInteger()
    }

    private func inserted(_ statement: Statement) throws(StoreError) -> Int64 {
        guard try statement.step(), let row = statement.integer(at: 0) else {
            throw .failed(code: 1, message: "an insert returned no row")
        }
        _ = try statement.step()
        return row
    }
}
