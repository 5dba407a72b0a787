// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// The writer's prepared statements.
struct WriterStatements {
    let upsertConnection: Statement
    let insertSide: Statement
    let imports: ImportStatements
    private let selectName: Statement
    private let insertName: Statement
    private let touchName: Statement
    private let selectAddress: Statement
    private let insertAddress: Statement
    private let touchAddress: Statement
    private let selectLastInterval: Statement
    private let selectConversation: Statement

    init(_ connection: Connection) throws(StoreError) {
        upsertConnection = try Statement(connection, StoreLayout.upsertConnection)
        insertSide = try Statement(connection, IntervalLayout.insertSide)
        imports = ImportStatements(connection)
        selectName = try Statement(connection, "SELECT id, lastSeen FROM name WHERE text = ?")
        insertName = try Statement(connection, "INSERT INTO name (text, lastSeen) VALUES (?, ?)")
        touchName = try Statement(
            connection, "UPDATE name SET lastSeen = CASE WHEN ?1 IS NULL THEN NULL ELSE max(lastSeen, ?1) END WHERE id = ?2")
        selectAddress = try Statement(connection, "SELECT id, lastSeen FROM address WHERE octets = ?")
        insertAddress = try Statement(connection, "INSERT INTO address (octets, text, lastSeen) VALUES (?, ?, ?)")
        touchAddress = try Statement(connection, "UPDATE address SET lastSeen = max(ifnull(lastSeen, 0), ?) WHERE id = ?")
        selectLastInterval = try Statement(connection, "SELECT max(id) FROM interval WHERE id BETWEEN ? AND ?")
        selectConversation = try Statement(connection, "SELECT conversation FROM connection WHERE id = ?")
    }

    /// The row of a text, made if there is none.
    func row(ofName text: String, seen: LastSeen = .always) throws(StoreError) -> Int64 {
        try selectName.bind(text, at: 1)
        if try selectName.step(), let row = selectName.integer(at: 0) {
            let lastSeen = selectName.integer(at: 1).map(LastSeen.init(day:)) ?? .always
            selectName.reset()
            if lastSeen < seen { try touch(name: row, seen) }
            return row
        }
        insertName.clear()
        try insertName.bind(text, at: 1)
        if let day = seen.column { insertName.bind(day, at: 2) }
        return try insertName.insertedRow()
    }

    /// Takes down that a name was seen later than its row says.
    func touch(name row: Int64, _ seen: LastSeen) throws(StoreError) {
        touchName.clear()
        if let day = seen.column { touchName.bind(day, at: 1) }
        touchName.bind(row, at: 2)
        try touchName.run()
    }

    func touch(address row: Int64, _ seen: LastSeen) throws(StoreError) {
        touchAddress.bind(seen.day, at: 1)
        touchAddress.bind(row, at: 2)
        try touchAddress.run()
    }

    /// The row of an address, made if there is none.
    func row(of address: IPAddress, seen: LastSeen) throws(StoreError) -> Int64 {
        let octets = address.octets
        try selectAddress.bind(octets: octets, at: 1)
        if try selectAddress.step(), let row = selectAddress.integer(at: 0) {
            let lastSeen = selectAddress.integer(at: 1).map(LastSeen.init(day:)) ?? .never
            selectAddress.reset()
            if lastSeen < seen { try touch(address: row, seen) }
            return row
        }
        try insertAddress.bind(octets: octets, at: 1)
        try insertAddress.bind(address.description, at: 2)
        insertAddress.bind(seen.day, at: 3)
        return try insertAddress.insertedRow()
    }

    func lastInterval(in range: ClosedRange<Int64>) throws(StoreError) -> Int64? {
        selectLastInterval.bind(range.lowerBound, at: 1)
        selectLastInterval.bind(range.upperBound, at: 2)
        return try selectLastInterval.firstInteger()
    }

    /// The conversation of a connection; nil if the store does not have the connection.
    func conversation(of connection: Int64) throws(StoreError) -> Int64? {
        selectConversation.bind(connection, at: 1)
        return try selectConversation.firstInteger()
    }
}
