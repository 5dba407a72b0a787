// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import Glibc
import Testing

@testable import FlowStore

/// docs/sql.md tells of the views as they are. `WEIR_UPDATE_DOCS=1` writes its tables of fields anew.
@Suite struct SQLDocumentationTests {
    private static let path =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/") + "/docs/sql.md"

    /// A table of the page that is made from a table of the program, between two marks of its name.
    private struct GeneratedTable {
        let name: String
        let source: String
        let rows: [String]

        var begin: String { "<!-- \(name): generated from \(source), see SQLDocumentationTests -->\n" }
        var end: String { "<!-- end of \(name) -->\n" }
        var text: String { "| Column | Type | What it is |\n|---|---|---|\n" + rows.joined() }

        static let all = [
            GeneratedTable(
                name: "fields", source: "FlowSchema",
                rows: FlowSchema.fields.map { row($0.name, type($0.kind), $0.summary) }),
            GeneratedTable(
                name: "sums", source: "FlowSchema",
                rows: StoreViews.rollupFields.map { row($0.name, type($0.kind), $0.summary) }),
            GeneratedTable(
                name: "ledger", source: "ExporterMinute", rows: ExporterMinute.counts.map { row($0.name, "INTEGER", $0.summary) }),
            GeneratedTable(name: "totals", source: "StatisticsSchema", rows: StatisticsField.processTotals.map(total)),
            GeneratedTable(name: "rules", source: "StatisticsSchema", rows: StatisticsSchema.fields(of: .policyRule).map(field)),
            GeneratedTable(name: "ports", source: "StatisticsSchema", rows: StatisticsSchema.fields(of: .port).map(field)),
        ]

        private static func field(_ definition: StatisticsFieldDefinition) -> String {
            row(definition.name, type(definition.kind), definition.summary)
        }

        private static func total(_ field: StatisticsField) -> String {
            let definitions = StatisticsKind.allCases.filter(\.isProcess).flatMap(StatisticsSchema.fields(of:))
            return row("\(field)", "INTEGER", definitions.first { $0.field == field }?.summary ?? "")
        }

        private static func row(_ name: String, _ type: String, _ summary: String) -> String {
            "| `\(name)` | \(type) | \(summary.replacing("|", with: "\\|")) |\n"
        }

        private static func type(_ kind: FlowFieldDefinition.Kind) -> String {
            switch kind {
            case .unsigned, .time: "INTEGER"
            case .name, .address, .uuid: "TEXT"
            }
        }
    }

    @Test("the tables in docs/sql.md are the program's")
    func generatedTables() throws {
        for table in GeneratedTable.all {
            let text = try #require(read(Self.path), "docs/sql.md cannot be read")
            let parts = text.split(separator: table.begin, maxSplits: 1, omittingEmptySubsequences: false)
            try #require(parts.count == 2, "docs/sql.md has no line \(table.begin)")
            let rest = parts[1].split(separator: table.end, maxSplits: 1, omittingEmptySubsequences: false)
            try #require(rest.count == 2, "docs/sql.md has no line \(table.end)")
            if unsafe getenv("WEIR_UPDATE_DOCS") != nil {
                write([String(parts[0]), table.begin, table.text, table.end, String(rest[1])].joined(), to: Self.path)
                continue
            }
            #expect(
                String(rest[0]) == table.text,
                "docs/sql.md is stale; WEIR_UPDATE_DOCS=1 swift test --filter SQLDocumentationTests writes:\n\(table.text)")
        }
    }

    @Test("docs/sql.md names every column of every view", arguments: StoreViews.all.map(\.name))
    func columns(view: String) throws {
        let text = try #require(read(Self.path), "docs/sql.md cannot be read")
        #expect(text.contains("## `\(view)`"))
        let folder = TemporaryFolder()
        let writer = try FlowStore.openForWriting(path: folder.file("flows.db"))
        let columns = try writer.queue.read { database in
            try String.fetchAll(database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [view])
        }
        for column in columns { #expect(text.contains("`\(column)`"), "\(view).\(column)") }
    }

    @Test("the statements in docs/sql.md run")
    func examples() throws {
        let text = try #require(read(Self.path), "docs/sql.md cannot be read")
        let blocks = text.split(separator: "```sql\n").dropFirst().map { $0.prefix { $0 != "`" } }
        try #require(blocks.count >= 3)
        let folder = TemporaryFolder()
        _ = try FlowStore.openForWriting(path: folder.file("flows.db"))
        let connection = try FlowStore.openForReading(path: folder.file("flows.db")).userConnection()
        for block in blocks { #expect(throws: Never.self, "\(block)") { try connection.rows(of: String(block)) } }
    }
}
