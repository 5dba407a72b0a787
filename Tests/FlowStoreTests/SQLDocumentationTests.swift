// SPDX-License-Identifier: Apache-2.0

import FlowModel
import GRDB
import Glibc
import Testing

@testable import FlowStore

/// docs/sql.md tells of the views as they are. `WEIR_UPDATE_DOCS=1` writes its table of fields anew.
@Suite struct SQLDocumentationTests {
    private static let path =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/") + "/docs/sql.md"
    private static let begin = "<!-- fields: generated from FlowSchema, see SQLDocumentationTests -->\n"
    private static let end = "<!-- end of fields -->\n"

    private static var fields: String {
        let rows = FlowSchema.fields.map { definition in
            "| `\(definition.name)` | \(kind(definition)) | \(definition.summary.replacing("|", with: "\\|")) |\n"
        }
        return "| Column | Type | What it is |\n|---|---|---|\n" + rows.joined()
    }

    private static func kind(_ definition: FlowFieldDefinition) -> String {
        switch definition.kind {
        case .unsigned, .time: "INTEGER"
        case .name, .address, .uuid: "TEXT"
        }
    }

    @Test("the table of fields in docs/sql.md is FlowSchema's")
    func fieldTable() throws {
        let text = try #require(read(Self.path), "docs/sql.md cannot be read")
        let parts = text.split(separator: Self.begin, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(parts.count == 2, "docs/sql.md has no line \(Self.begin)")
        let rest = parts[1].split(separator: Self.end, maxSplits: 1, omittingEmptySubsequences: false)
        try #require(rest.count == 2, "docs/sql.md has no line \(Self.end)")
        if unsafe getenv("WEIR_UPDATE_DOCS") != nil {
            write([String(parts[0]), Self.begin, Self.fields, Self.end, String(rest[1])].joined(), to: Self.path)
            return
        }
        #expect(
            String(rest[0]) == Self.fields,
            "docs/sql.md is stale; WEIR_UPDATE_DOCS=1 swift test --filter SQLDocumentationTests writes:\n\(Self.fields)")
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
