// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Which table keeps which field, and the statements that write them: loops over `FlowSchema`.
enum StoreLayout {
    /// A column that carries a field. Without references, so that the insert loop retains nothing.
    struct Column {
        let field: FlowField
        let kind: FlowFieldDefinition.Kind

        var name: String { FlowSchema.name(of: field) }
    }

    static let connectionColumns = columns(of: .connection)
    static let intervalColumns = columns(of: .interval)

    private static func columns(of storage: FlowFieldDefinition.Storage) -> [Column] {
        FlowSchema.fields.filter { $0.storage == storage }.map { Column(field: $0.field, kind: $0.kind) }
    }

    /// When each half began, in milliseconds after `flowStartMilliseconds`.
    static let startColumns = ["sourceStart", "destinationStart"]

    /// Parameters: the id, `connectionColumns`, `startColumns`. What is known replaces what was; unknown erases nothing.
    static let upsertConnection = """
        INSERT INTO connection (id, \(connectionNames.joined(separator: ", ")))
        VALUES (\(parameters(connectionNames.count + 1)))
        ON CONFLICT (id) DO UPDATE SET \(connectionNames.map(amendment).joined(separator: ", "))
        """

    /// Parameters: the id, the connection, then `intervalColumns`.
    static let insertInterval = """
        INSERT INTO interval (id, connection, \(list(intervalColumns)))
        VALUES (\(parameters(intervalColumns.count + 2)))
        """

    /// Parameters: minute, exporter, domain, node, then `ExporterMinute.counts`. Sums saturate: a STRICT column cannot hold the
    /// floating-point number that SQLite makes of one that overflows.
    static let addExporterMinute = """
        INSERT INTO exporter_minute (minute, exporter, observationDomainID, nodeName, \(countNames.joined(separator: ", ")))
        VALUES (\(parameters(ExporterMinute.counts.count + 4)))
        ON CONFLICT (minute, exporter, observationDomainID) DO UPDATE SET
          \(amendment("nodeName")),
          \(countNames.map(addition).joined(separator: ", "))
        """

    private static let connectionNames = connectionColumns.map(\.name) + startColumns
    private static let countNames = ExporterMinute.counts.map(\.name)

    private static func amendment(_ column: String) -> String { "\(column) = COALESCE(excluded.\(column), \(column))" }

    private static func addition(_ column: String) -> String { "\(column) = \(sum(column))" }

    /// The SQL of what a row has of a column and what is added to it.
    static func sum(_ column: String) -> String {
        "iif(\(column) > \(Int64.max) - excluded.\(column), \(Int64.max), \(column) + excluded.\(column))"
    }

    /// Parameters: the smallest and the largest id. The row of a connection that comes first is its last.
    static let selectIntervals = """
        SELECT connection, \(list(intervalColumns))
        FROM interval
        WHERE id BETWEEN ? AND ?
        ORDER BY id DESC
        """

    /// Parameter: the id.
    static let selectConnection = "SELECT \(connectionNames.joined(separator: ", ")) FROM connection WHERE id = ?"

    private static func list(_ columns: [Column]) -> String { columns.map(\.name).joined(separator: ", ") }

    static func parameters(_ count: Int) -> String { repeatElement("?", count: count).joined(separator: ", ") }
}
