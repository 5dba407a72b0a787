// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import GRDB
internal import IPFIX

/// The flows of a store that was written before v5, given to the writer of today's tables.
///
/// v5 sets their tables aside. They are moved when all migrations are done, in a transaction of its own, so that no migration depends on what
/// the writer knows of later ones.
struct LegacyFlows {
    private let database: Database
    private let progress: (MigrationProgress) throws(StoreError) -> Void

    /// Rows between two words about progress.
    private static let stride = 5000

    init(_ database: Database, _ progress: @escaping (MigrationProgress) throws(StoreError) -> Void) {
        self.database = database
        self.progress = progress
    }

    /// Whether there are any that have not been moved.
    static func arePresent(_ database: Database) throws -> Bool { try database.tableExists("interval_v3") }

    /// Moves every connection and interval, and drops their tables; intervals keep their ids.
    func move() throws(StoreError) {
        let connection = try Connection(database)
        var writer = try IntervalWriter(connection, lastConnection: 0)
        var names = NameTable(seed: 1)
        var handedOver: UInt32 = 0
        var result = WriteResult()
        let rows = try LegacyRows(connection)
        var state = MigrationProgress(
            done: 0,
            total: try Statement(connection, "SELECT (SELECT count(*) FROM connection_v3) + (SELECT count(*) FROM interval_v3)")
                .firstInteger() ?? 0)
        try progress(state)
        try writer.begin()
        func store(_ interval: FlowInterval, id: Int64?) throws(StoreError) {
            var learned: [StoreBatch.NewName] = []
            while handedOver < UInt32(names.count) {
                handedOver += 1
                let id = NameID(rawValue: handedOver)
                learned.append(StoreBatch.NewName(id: id, text: names.text(of: id)))
            }
            if !learned.isEmpty { writer.learn(learned) }
            try writer.store(interval, id: id, &result)
            state.done += 1
            guard state.done % Int64(Self.stride) == 0 else { return }
            try writer.flush()
            try progress(state)
        }
        while let interval = try rows.nextConnection(&names) { try store(interval, id: nil) }
        while let (interval, id) = try rows.nextInterval(&names) { try store(interval, id: id) }
        try writer.flush()
        try drop(connection)
        try progress(state)
    }

    private func drop(_ connection: Connection) throws(StoreError) {
        for table in ["interval_v3", "connection_v3"] { try Statement(connection, "DROP TABLE \(table)").run() }
    }
}

/// How far bringing a store up to date has come.
public struct MigrationProgress: Sendable, Hashable {
    /// Rows.
    public var done: Int64
    public var total: Int64
}

/// Reads the tables of v1 to v3, whose columns have the names of fields.
private final class LegacyRows {
    private let connections: Statement
    private let intervals: Statement
    private let records: RecordRows
    private let connectionColumns: [StoreLayout.Column]
    private let intervalColumns: [StoreLayout.Column]
    /// The end of the last interval of each connection that has had one.
    private var ends: [Int64: Timestamp] = [:]

    init(_ connection: Connection) throws(StoreError) {
        connectionColumns = try Self.columns(of: "connection_v3", connection)
        intervalColumns = try Self.columns(of: "interval_v3", connection)
        connections = try Statement(
            connection,
            "SELECT id, sourceStart, destinationStart, \(connectionColumns.map(\.name).joined(separator: ", ")) FROM connection_v3 ORDER BY id"
        )
        intervals = try Statement(
            connection, "SELECT id, connection, \(intervalColumns.map(\.name).joined(separator: ", ")) FROM interval_v3 ORDER BY id")
        records = try RecordRows(connection)
    }

    private static func columns(of table: String, _ connection: Connection) throws(StoreError) -> [StoreLayout.Column] {
        let statement = try Statement(connection, "SELECT name FROM pragma_table_info('\(table)')")
        var columns: [StoreLayout.Column] = []
        while try statement.step() {
            guard let name = statement.text(at: 0), let field = FlowSchema.field(named: name) else { continue }
            columns.append(StoreLayout.Column(field: field, kind: FlowSchema.definition(of: field).kind))
        }
        return columns
    }

    func nextConnection(_ table: inout NameTable) throws(StoreError) -> FlowInterval? {
        guard try connections.step() else { return nil }
        var record = FlowRecord()
        try records.read(connectionColumns, from: connections, first: 3, into: &record, names: &table)
        let start = record[time: .flowStartMilliseconds]
        return FlowInterval(
            connection: connections.integer(at: 0) ?? 0, record: record, isConnectionChanged: true, hasInterval: false,
            starts: HalfStarts(source: start.after(connections.integer(at: 1)), destination: start.after(connections.integer(at: 2))))
    }

    func nextInterval(_ table: inout NameTable) throws(StoreError) -> (FlowInterval, id: Int64)? {
        guard try intervals.step() else { return nil }
        let (id, connection) = (intervals.integer(at: 0) ?? 0, intervals.integer(at: 1) ?? 0)
        var record = FlowRecord()
        try records.read(intervalColumns, from: intervals, first: 2, into: &record, names: &table)
        let end = record[time: .flowEndMilliseconds] ?? IntervalID.end(of: id)
        record[time: .flowEndMilliseconds] = end
        let previous = ends.updateValue(end, forKey: connection)
        return (FlowInterval(connection: connection, record: record, isConnectionChanged: false, previousEnd: previous), id)
    }
}
