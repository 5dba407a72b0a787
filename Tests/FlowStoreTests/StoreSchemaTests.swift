// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import Testing

@testable import FlowStore

@Suite struct StoreSchemaTests {
    private func columns(of table: String) throws -> [String] {
        let folder = TemporaryFolder()
        let writer = try FlowStore.openForWriting(path: folder.file("flows.db"))
        return try writer.queue.read { database in
            try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
        }
    }

    @Test("the tables have a column for each field that the schema stores there, and no other")
    func tables() throws {
        let facts = FlowSchema.fields.filter { $0.storage == .connection }.map(\.name)
        #expect(try Set(columns(of: "connection")) == Set(["id", "conversation"] + facts + StoreLayout.startColumns))
        #expect(
            try Set(columns(of: "conversation"))
                == Set(["id", "fingerprint", "lastSeen"] + FlowSchema.fields.filter { $0.storage == .conversation }.map(\.name)))
    }

    @Test("every field of an interval is found in its tables")
    func intervalFields() throws {
        let columns = try Set(columns(of: "interval"))
        for definition in FlowSchema.fields where definition.storage == .interval {
            let expression = IntervalLayout.expression(of: definition.field)
            #expect(expression != "interval.\(definition.name)" || columns.contains(definition.name), "\(definition.name)")
        }
    }

    @Test("the tables of rules and ports have a column for each field of their kind, in one of the two, and no other")
    func statisticsTables() throws {
        for layout in [SeriesLayout.rules, .ports] {
            let growths = layout.growths.map { "\($0.field)" }, totals = layout.totals.map(\.name)
            #expect(
                try Set(columns(of: layout.table)) == Set(["id", "observationTimeMilliseconds"] + layout.identity.map(\.name) + totals))
            #expect(
                try Set(columns(of: layout.observations))
                    == Set(["id", layout.table, "observationTimeMilliseconds", "monitoringIntervalStartMilliSeconds"] + totals + growths))
            #expect(try columns(of: layout.view) == ["id"] + StatisticsSchema.fields(of: layout.kind).map(\.name))
        }
    }

    @Test("the ledger has a column for each of its counts, and completeness one for each loss")
    func ledger() throws {
        let counts = ExporterMinute.counts.map(\.name)
        #expect(try columns(of: "exporter_minute") == ["minute", "exporter", "observationDomainID", "nodeName"] + counts)
        #expect(Completeness.Losses.all.map(\.name) == ExporterMinute.counts.filter(\.isLoss).map(\.name))
        for (name, path) in Completeness.Losses.all {
            var losses = Completeness.Losses()
            losses[keyPath: path] = 1
            #expect(!losses.isNone, "\(name)")
        }
    }

    @Test("the view flows has the schema's fields in the schema's order")
    func flows() throws {
        #expect(try columns(of: "flows") == ["id", "connection"] + FlowSchema.fields.map(\.name))
    }

    @Test("there is no secondary index on intervals and connections")
    func indexes() throws {
        let folder = TemporaryFolder()
        let writer = try FlowStore.openForWriting(path: folder.file("flows.db"))
        let count = try writer.queue.read { database in
            try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name IN ('interval', 'interval_side', 'connection') "
                    + "AND sql IS NOT NULL")
        }
        #expect(count == 0)
    }

    @Test("a view that differs from the program's is made again, one that does not is left")
    func viewsAreRenewed() throws {
        let folder = TemporaryFolder()
        func viewsOfFile(changing sql: String? = nil) throws -> [String] {
            let writer = try FlowStore.openForWriting(path: folder.file("flows.db"))
            return try writer.queue.write { database in
                let views = try String.fetchAll(database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'view' ORDER BY name")
                if let sql { try database.execute(sql: sql) }
                return views
            }
        }
        let first = try viewsOfFile(changing: "DROP VIEW exporters; CREATE VIEW exporters AS SELECT 1 AS one")
        #expect(try viewsOfFile() == first)
        #expect(first.count == StoreViews.all.count)
    }

    @Test("columns of conversations and dictionaries that are not asked for cost no lookup")
    func unusedColumnsAreFree() throws {
        let folder = TemporaryFolder()
        let writer = try FlowStore.openForWriting(path: folder.file("flows.db"))
        let plan = try writer.queue.read { database in
            try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN SELECT octetDeltaCount FROM flows WHERE id >= 1 AND id < 2").map {
                "\($0["detail"] ?? "")"
            }
        }
        #expect(
            plan == [
                "SEARCH interval USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
                "SEARCH connection USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
            ])
    }
}
