// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
public import IPFIX

/// What a store holds, and how much room it takes.
public struct StoreInspection: Sendable {
    /// What is kept at one resolution.
    public struct Kept: Sendable {
        public let resolution: Resolution
        public let rows: Int64
        /// The first and the last second that has rows; nil when there are none.
        public let span: ClosedRange<Timestamp>?
        /// From when on everything is kept; nil when nothing was ever removed.
        public let keptSince: Timestamp?
        /// Of all its pages: intervals with their connections and what belongs to them, sums with their share of `rollup_gap`.
        public let octets: Int64
        /// What the program that wrote the store last was told; nil when none has said.
        public let limit: RetentionLimit?
    }

    /// Rows of a table that is not kept by resolution.
    public struct Table: Sendable {
        public let name: String
        public let rows: Int64
        /// With its indexes; nil for connections, which are part of their intervals' room.
        public let octets: Int64?
    }

    /// The names of the steps that made it, oldest first.
    public var migrations: [String] = []
    public var pageOctets: Int64 = 0
    /// Pages of the file, those that are free among them.
    public var pages: Int64 = 0
    public var freePages: Int64 = 0
    /// Finest first.
    public var kept: [Kept] = []
    public var tables: [Table] = []
    /// Of all of the file, and of the ledger and statistics; nil when no program has said.
    public var limit: RetentionLimit?
    public var ledgerLimit: RetentionLimit?

    /// Of the file, without the log beside it.
    public var octets: Int64 { pages * pageOctets }
    public var freeOctets: Int64 { freePages * pageOctets }
}

extension FlowReader {
    /// Counts rows and pages, which reads all of the file.
    public func inspection() throws(StoreError) -> StoreInspection {
        try read { connection throws(StoreError) in
            var result = StoreInspection()
            func integer(_ sql: String) throws(StoreError) -> Int64? { try Statement(connection, sql).firstInteger() }
            let migrations = try Statement(connection, "SELECT identifier FROM grdb_migrations ORDER BY rowid")
            while try migrations.step() { result.migrations.append(migrations.text(at: 0) ?? "") }
            result.pageOctets = try integer("PRAGMA page_size") ?? 0
            result.pages = try integer("PRAGMA page_count") ?? 0
            result.freePages = try integer("PRAGMA freelist_count") ?? 0
            let limits = try RetentionLimits(connection: connection).read()
            (result.limit, result.ledgerLimit) = (limits[RetentionLimits.store], limits[RetentionLimits.ledger])
            let rooms = try rooms(on: connection)
            for resolution in Resolution.allCases {
                result.kept.append(try kept(resolution, limits[resolution.name], rooms, on: connection))
            }
            for table in Self.otherTables {
                result.tables.append(
                    StoreInspection.Table(
                        name: table, rows: try integer("SELECT count(*) FROM \(table)") ?? 0,
                        octets: table == "connection" ? nil : rooms[table] ?? 0))
            }
            return result
        }
    }

    private func kept(
        _ resolution: Resolution, _ limit: RetentionLimit?, _ rooms: [String: Int64], on connection: Connection
    ) throws(StoreError) -> StoreInspection.Kept {
        func integer(_ sql: String) throws(StoreError) -> Int64? { try Statement(connection, sql).firstInteger() }
        let table = resolution.table
        let second = resolution == .flows ? "id >> \(IntervalID.sequenceBits)" : "\(Rollup.period(table)) * \(resolution.seconds)"
        // Two statements, since SQLite finds one end of a key by a seek but both by a scan.
        let first = try integer("SELECT \(second) FROM \(table) ORDER BY id LIMIT 1")
        let last = try integer("SELECT \(second) FROM \(table) ORDER BY id DESC LIMIT 1")
        let oldest = try integer("SELECT oldest FROM resolution WHERE name = '\(resolution.name)'") ?? 0
        var span: ClosedRange<Timestamp>?
        if let first, let last { span = Timestamp(seconds: first)...Timestamp(seconds: last + resolution.seconds - 1) }
        var octets = rooms[table] ?? 0
        if resolution == .flows {
            octets += (rooms["connection"] ?? 0) + (rooms["interval_side"] ?? 0)
        } else {
            let all = try integer("SELECT count(*) FROM rollup_gap") ?? 0
            let own = try integer("SELECT count(*) FROM rollup_gap WHERE resolution = '\(resolution.name)'") ?? 0
            if all > 0 { octets += Int64(Double(rooms["rollup_gap"] ?? 0) * Double(own) / Double(all)) }
        }
        return StoreInspection.Kept(
            resolution: resolution, rows: try integer("SELECT count(*) FROM \(table)") ?? 0, span: span,
            keptSince: oldest > 0 ? Timestamp(seconds: oldest * resolution.seconds) : nil, octets: octets, limit: limit)
    }

    /// Octets of the pages of each table and its indexes.
    private func rooms(on connection: Connection) throws(StoreError) -> [String: Int64] {
        let statement = try Statement(
            connection,
            """
            SELECT entry.tbl_name, sum(room.pgsize)
            FROM dbstat AS room
            JOIN sqlite_schema AS entry ON entry.name = room.name
            WHERE room.aggregate = TRUE
            GROUP BY 1
            """)
        var rooms: [String: Int64] = [:]
        while try statement.step() { rooms[statement.text(at: 0) ?? ""] = statement.integer(at: 1) ?? 0 }
        return rooms
    }

    private static let otherTables = [
        "connection", "conversation", "name", "address", "exporter_minute", "rule_statistics", "port_statistics", "exporter_statistic",
    ]
}
