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
    }

    /// The names of the steps that made it, oldest first.
    public var migrations: [String] = []
    public var pageOctets: Int64 = 0
    /// Pages of the file, those that are free among them.
    public var pages: Int64 = 0
    public var freePages: Int64 = 0
    /// Finest first.
    public var kept: [Kept] = []
    /// Rows of tables that are not kept by resolution, by name.
    public var rows: [(table: String, rows: Int64)] = []

    /// Of the file, without the log beside it.
    public var octets: Int64 { pages * pageOctets }
    public var freeOctets: Int64 { freePages * pageOctets }
}

extension FlowReader {
    /// Counts rows, which reads most of the file.
    public func inspection() throws(StoreError) -> StoreInspection {
        try read { connection throws(StoreError) in
            var result = StoreInspection()
            func integer(_ sql: String) throws(StoreError) -> Int64? { try Statement(connection, sql).firstInteger() }
            let migrations = try Statement(connection, "SELECT identifier FROM grdb_migrations ORDER BY rowid")
            while try migrations.step() { result.migrations.append(migrations.text(at: 0) ?? "") }
            result.pageOctets = try integer("PRAGMA page_size") ?? 0
            result.pages = try integer("PRAGMA page_count") ?? 0
            result.freePages = try integer("PRAGMA freelist_count") ?? 0
            for resolution in Resolution.allCases {
                let table = resolution.table
                let second =
                    resolution == .flows ? "id >> \(IntervalID.sequenceBits)" : "\(Rollup.period(table)) * \(resolution.seconds)"
                // Two statements, since SQLite finds one end of a key by a seek but both by a scan.
                let first = try integer("SELECT \(second) FROM \(table) ORDER BY id LIMIT 1")
                let last = try integer("SELECT \(second) FROM \(table) ORDER BY id DESC LIMIT 1")
                let oldest = try integer("SELECT oldest FROM resolution WHERE name = '\(resolution.name)'") ?? 0
                var span: ClosedRange<Timestamp>?
                if let first, let last { span = Timestamp(seconds: first)...Timestamp(seconds: last + resolution.seconds - 1) }
                result.kept.append(
                    StoreInspection.Kept(
                        resolution: resolution, rows: try integer("SELECT count(*) FROM \(table)") ?? 0, span: span,
                        keptSince: oldest > 0 ? Timestamp(seconds: oldest * resolution.seconds) : nil))
            }
            for table in Self.otherTables { result.rows.append((table, try integer("SELECT count(*) FROM \(table)") ?? 0)) }
            return result
        }
    }

    private static let otherTables = [
        "connection", "conversation", "name", "address", "exporter_minute", "rule_statistics", "port_statistics", "exporter_statistic",
    ]
}
