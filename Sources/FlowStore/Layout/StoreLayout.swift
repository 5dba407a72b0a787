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

    static let conversationColumns = columns(of: .conversation)
    static let connectionColumns = columns(of: .connection)
    /// Fields of an interval; how they lie in its tables is in ``IntervalLayout``.
    static let intervalColumns = columns(of: .interval)

    private static func columns(of storage: FlowFieldDefinition.Storage) -> [Column] {
        FlowSchema.fields.filter { $0.storage == storage }.map { Column(field: $0.field, kind: $0.kind) }
    }

    /// When each half began, in milliseconds after `flowStartMilliseconds`.
    static let startColumns = ["sourceStart", "destinationStart"]

    /// The columns of `connection`, in the order in which the writer gives their values.
    static let connectionRow = ["id", "conversation"] + connectionNames

    /// Parameters: `connectionRow`. What is known replaces what was; unknown erases nothing.
    static let upsertConnection = """
        INSERT INTO connection (\(connectionRow.joined(separator: ", ")))
        VALUES (\(parameters(connectionRow.count)))
        ON CONFLICT (id) DO UPDATE SET
          conversation = excluded.conversation,
          \(connectionNames.map(amendment).joined(separator: ", "))
        """

    /// Parameters: the fingerprint, `conversationColumns`.
    static let findConversation = """
        SELECT id, lastSeen
        FROM conversation
        WHERE fingerprint = ? AND \(conversationColumns.map { "\($0.name) IS ?" }.joined(separator: " AND "))
        """

    /// Parameters: the fingerprint, the day, `conversationColumns`.
    static let insertConversation = """
        INSERT INTO conversation (fingerprint, lastSeen, \(list(conversationColumns)))
        VALUES (\(parameters(conversationColumns.count + 2)))
        """

    /// Parameter: the id.
    static let selectConversation = "SELECT \(list(conversationColumns)) FROM conversation WHERE id = ?"

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
        SELECT connection, \(intervalColumns.map { IntervalLayout.expression(of: $0.field) }.joined(separator: ", "))
        FROM interval
        WHERE id BETWEEN ? AND ?
        ORDER BY id DESC
        """

    /// Parameter: the id. Columns: those of the connection, the starts, those of its conversation.
    static let selectConnection = """
        SELECT \(connectionNames.joined(separator: ", ")), \(list(conversationColumns))
        FROM connection
        LEFT JOIN conversation ON conversation.id = connection.conversation
        WHERE connection.id = ?
        """

    private static func list(_ columns: [Column]) -> String { columns.map(\.name).joined(separator: ", ") }

    static func parameters(_ count: Int) -> String { repeatElement("?", count: count).joined(separator: ", ") }
}
