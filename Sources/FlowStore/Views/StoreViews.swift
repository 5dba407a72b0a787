// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import GRDB

/// The views: what people read. Their names and columns are the contract, so they are made from `FlowSchema` and not written by hand.
///
/// Ids of dictionaries become text by scalar subqueries, so that a column nobody asks for costs nothing.
enum StoreViews {
    static let all: [(name: String, sql: String)] =
        [
            ("flows", flows), ("denied", denied), ("connections", connections),
        ] + Resolution.rollups.map { ($0.view, sums($0)) } + [
            ("top_talkers", topTalkers), ("exporters", exporters), ("completeness", completeness),
            ("policy_rules", series(.rules)), ("ports", series(.ports)), ("statistics", statistics),
            ("imports", imports), ("drops", drops), ("runs", runs),
        ]

    /// Makes the views that are missing or differ, in the caller's transaction.
    static func install(in database: Database) throws {
        for view in all {
            let present = try String.fetchOne(
                database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?", arguments: [view.name])
            guard present != view.sql else { continue }
            try database.execute(sql: "DROP VIEW IF EXISTS \(view.name)")
            try database.execute(sql: view.sql)
        }
    }

    /// One row for each interval: every field of the schema, in its order.
    private static let flows = """
        CREATE VIEW flows AS
        SELECT
          interval.id AS id,
          interval.connection AS connection,
          \(lines(FlowSchema.fields.map { "\(readable($0)) AS \($0.name)" }))
        FROM \(intervals)
        """

    /// Intervals with all that is known of their connections.
    static let intervals = """
        interval
        LEFT JOIN connection ON connection.id = interval.connection
        LEFT JOIN conversation ON conversation.id = connection.conversation
        """

    /// The intervals of connections that a policy refused.
    private static let denied = """
        CREATE VIEW denied AS
        SELECT
          \(lines(["id", "connection"] + FlowSchema.fields.map(\.name)))
        FROM flows
        WHERE ingressNetworkPolicyRuleAction IN (2, 3) OR egressNetworkPolicyRuleAction IN (2, 3)
        """

    /// One row for each connection: what identifies it, its last end, its latest totals, the sums of its deltas.
    private static let connections = """
        CREATE VIEW connections AS
        SELECT
          connection.id AS connection,
          \(lines(connectionFields.map { "\(readable($0)) AS \($0.name)" })),
          sums.flowEndMilliseconds AS flowEndMilliseconds,
          \(lines(counters.map { "sums.\($0) AS \($0)" })),
          coalesce(sums.intervals, 0) AS intervals
        FROM connection
        LEFT JOIN conversation ON conversation.id = connection.conversation
        LEFT JOIN (
          SELECT
            connection,
            count(*) AS intervals,
            max(\(IntervalLayout.expression(of: .flowEndMilliseconds))) AS flowEndMilliseconds,
            \(lines(totals.map { "max(\(IntervalLayout.expression(of: $0))) AS \(FlowSchema.name(of: $0))" }, indent: 4)),
            \(lines(deltas.map { "\(sum(FlowSchema.name(of: $0))) AS \(FlowSchema.name(of: $0))" }, indent: 4))
          FROM interval
          GROUP BY connection
        ) AS sums ON sums.connection = connection.id
        """

    private static let connectionFields = FlowSchema.fields.filter { $0.storage == .connection || $0.storage == .conversation }
    private static let totals = FlowCounter.allCases.map { $0.total(.common) }
    private static let deltas = FlowCounter.allCases.map { $0.delta(.common) }
    private static let counters = (totals + deltas).map(FlowSchema.name(of:))

    /// SQLite's sum() is an error where it overflows, so that one absurd count would make the view unreadable. This one saturates, is exact
    /// up to 2^53, and is NULL when nothing is known.
    static func sum(_ column: String) -> String { "CAST(CASE WHEN count(\(column)) > 0 THEN total(\(column)) END AS INTEGER)" }

    static func lines(_ columns: [String], indent: Int = 2) -> String {
        columns.joined(separator: ",\n" + String(repeating: " ", count: indent))
    }
}

extension StoreViews {
    /// The SQL of a field as it is stored, in a statement that reads ``intervals``: an id for a name or an address.
    static func stored(_ definition: FlowFieldDefinition) -> String {
        switch definition.storage {
        case .conversation: return "conversation.\(definition.name)"
        case .connection: return "connection.\(definition.name)"
        case .interval: return IntervalLayout.expression(of: definition.field)
        case .derived(let expression):
            // Of one other field, whose name comes first.
            let name = expression.prefix { $0 != " " }
            guard let field = FlowSchema.field(named: String(name)) else { return expression }
            return "(\(stored(FlowSchema.definition(of: field))))\(expression.dropFirst(name.count))"
        }
    }

    /// The SQL of a field as people read it.
    static func readable(_ definition: FlowFieldDefinition) -> String {
        readable(stored(definition), definition.kind)
    }

    /// The SQL of what an expression, as it is stored, stands for.
    static func readable(_ stored: String, _ kind: FlowFieldDefinition.Kind) -> String {
        switch kind {
        case .unsigned, .time: stored
        case .name: text(ofName: stored)
        case .address: "(SELECT text FROM address WHERE address.id = \(stored))"
        case .uuid: uuidText(stored)
        }
    }

    static func text(ofName row: String) -> String { "(SELECT text FROM name WHERE name.id = \(row))" }

    static func isoTime(_ milliseconds: String) -> String { "strftime('%Y-%m-%dT%H:%M:%SZ', \(milliseconds) / 1000, 'unixepoch')" }

    /// RFC 9562 §4: 8-4-4-4-12 lower-case digits.
    private static func uuidText(_ blob: String) -> String {
        let groups = [(1, 4), (5, 2), (7, 2), (9, 2), (11, 6)].map { "hex(substr(\(blob), \($0.0), \($0.1)))" }
        return "CASE WHEN \(blob) IS NOT NULL THEN lower(\(groups.joined(separator: " || '-' || "))) END"
    }
}
