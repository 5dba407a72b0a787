// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// The writer's prepared statements.
struct WriterStatements {
    let upsertConnection: Statement
    let insertInterval: Statement
    let imports: ImportStatements
    private let addExporterMinute: Statement
    private let selectName: Statement
    private let insertName: Statement
    private let selectAddress: Statement
    private let insertAddress: Statement
    private let selectLastInterval: Statement

    init(_ connection: Connection) throws(StoreError) {
        upsertConnection = try Statement(connection, StoreLayout.upsertConnection)
        insertInterval = try Statement(connection, StoreLayout.insertInterval)
        imports = try ImportStatements(connection)
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
        return try insertName.insertedRow()
    }

    /// The row of an address, made if there is none.
    func row(of address: IPAddress) throws(StoreError) -> Int64 {
        let octets = address.octets
        try selectAddress.bind(octets: octets, at: 1)
        if let row = try selectAddress.firstInteger() { return row }
        try insertAddress.bind(octets: octets, at: 1)
        try insertAddress.bind(address.description, at: 2)
        return try insertAddress.insertedRow()
    }

    func lastInterval(in range: ClosedRange<Int64>) throws(StoreError) -> Int64? {
        selectLastInterval.bind(range.lowerBound, at: 1)
        selectLastInterval.bind(range.upperBound, at: 2)
        return try selectLastInterval.firstInteger()
    }

    /// Adds an entry to the ledger.
    func add(_ minute: ExporterMinute) throws(StoreError) {
        let statement = addExporterMinute
        statement.clear()
        statement.bind(minute.minute.milliseconds, at: 1)
        statement.bind(try row(ofName: minute.exporter), at: 2)
        statement.bind(Int64(minute.observationDomainID), at: 3)
        if let node = minute.nodeName { statement.bind(try row(ofName: node), at: 4) }
        for (offset, count) in ExporterMinute.counts.enumerated() {
            statement.bind(Int64(clamping: minute[keyPath: count.path]), at: Int32(5 + offset))
        }
        try statement.run()
    }
}

extension Statement {
    /// Runs an `INSERT … RETURNING id` to its end; the id.
    func insertedRow() throws(StoreError) -> Int64 {
        guard try step(), let row = integer(at: 0) else {
            throw .failed(code: 1, message: "an insert returned no row")
        }
        _ = try step()
        return row
    }
}
