// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Makes records of rows again: the way back of what the writer binds.
final class RecordRows {
    private let selectConnection: Statement
    private let selectName: Statement
    private let selectAddress: Statement
    /// By row of `name`; as large as the names of the records that are read.
    private var names: [Int64: NameID] = [:]

    init(_ connection: Connection) throws(StoreError) {
        selectConnection = try Statement(connection, StoreLayout.selectConnection)
        selectName = try Statement(connection, "SELECT text FROM name WHERE id = ?")
        selectAddress = try Statement(connection, "SELECT octets FROM address WHERE id = ?")
    }

    /// - Parameter row: stands at a row of `StoreLayout.selectIntervals`.
    func interval(of connection: Int64, from row: Statement, names: inout NameTable) throws(StoreError) -> FlowInterval {
        var record = FlowRecord()
        var starts = HalfStarts()
        try read(StoreLayout.intervalColumns, from: row, first: 1, into: &record, names: &names)
        selectConnection.bind(connection, at: 1)
        if try selectConnection.step() {
            try read(StoreLayout.connectionColumns, from: selectConnection, first: 0, into: &record, names: &names)
            let start = record[time: .flowStartMilliseconds]
            let index = Int32(StoreLayout.connectionColumns.count)
            starts.source = start.after(selectConnection.integer(at: index))
            starts.destination = start.after(selectConnection.integer(at: index + 1))
            try read(StoreLayout.conversationColumns, from: selectConnection, first: index + 2, into: &record, names: &names)
            selectConnection.reset()
        }
        return FlowInterval(connection: connection, record: record, isConnectionChanged: false, starts: starts)
    }

    func read(
        _ columns: [StoreLayout.Column], from row: Statement, first: Int32, into record: inout FlowRecord, names: inout NameTable
    ) throws(StoreError) {
        for (offset, column) in columns.enumerated() {
            let index = first + Int32(offset)
            switch column.kind {
            case .unsigned: record[unsigned: column.field] = row.integer(at: index).map { UInt64(clamping: $0) }
            case .time: record[time: column.field] = row.integer(at: index).map { Timestamp(milliseconds: $0) }
            case .name: record[name: column.field] = try row.integer(at: index).flatMap { id throws(StoreError) in try name(id, &names) }
            case .address: record[address: column.field] = try row.integer(at: index).flatMap { id throws(StoreError) in try address(id) }
            case .uuid: record[uuid: column.field] = row.uuid(at: index)
            }
        }
    }

    private func name(_ row: Int64, _ table: inout NameTable) throws(StoreError) -> NameID? {
        if let known = names[row] { return known }
        selectName.bind(row, at: 1)
        guard try selectName.step() else { return nil }
        let name = selectName.text(at: 0).map { table.id(of: $0) }
        selectName.reset()
        names[row] = name
        return name
    }

    private func address(_ row: Int64) throws(StoreError) -> IPAddress? {
        selectAddress.bind(row, at: 1)
        guard try selectAddress.step() else { return nil }
        let address = selectAddress.octets(at: 0).flatMap { IPAddress(octets: $0) }
        selectAddress.reset()
        return address
    }
}

extension Timestamp? {
    func after(_ milliseconds: Int64?) -> Timestamp? {
        guard let self, let milliseconds else { return nil }
        return self + .milliseconds(milliseconds)
    }
}

extension Statement {
    /// Nil for NULL.
    func octets(at index: Int32) -> [UInt8]? {
        guard case .blob(let octets) = value(at: index) else { return nil }
        return octets
    }

    /// Nil for what is not sixteen octets.
    func uuid(at index: Int32) -> (high: UInt64, low: UInt64)? {
        guard let octets = octets(at: index), octets.count == 16 else { return nil }
        let words = stride(from: 0, to: 16, by: 8).map { octets[$0..<$0 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        return (words[0], words[1])
    }
}
