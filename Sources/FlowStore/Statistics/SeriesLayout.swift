// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Where observations of rules or ports are kept, and the statements that do it: loops over `StatisticsSchema`.
struct SeriesLayout {
    let kind: StatisticsKind
    /// What is observed, with its last totals.
    let table: String
    let identity: [StatisticsFieldDefinition]
    let totals: [StatisticsFieldDefinition]
    let growths: [Growth]

    struct Growth {
        let field: StatisticsField
        /// Which of `totals` it is the growth of.
        let total: Int
    }

    static let rules = SeriesLayout(.policyRule, table: "rule")
    static let ports = SeriesLayout(.port, table: "port")

    private init(_ kind: StatisticsKind, table: String) {
        self.kind = kind
        self.table = table
        let fields = StatisticsSchema.fields(of: kind)
        identity = fields.filter { $0.role == .identity }
        let totals = fields.filter { $0.role == .total }
        self.totals = totals
        growths = fields.compactMap { definition in
            guard case .growth(let field) = definition.role, let total = totals.firstIndex(where: { $0.field == field }) else { return nil }
            return Growth(field: definition.field, total: total)
        }
    }

    /// Where each observation is kept.
    var observations: String { table + "_statistics" }

    /// Parameters: `identity`. Columns: the id, the last time, the last totals.
    var find: String {
        """
        SELECT id, \(names([Self.time] + totals.map(\.field)))
        FROM \(table)
        WHERE \(identity.map { "\($0.name) IS ?" }.joined(separator: " AND "))
        """
    }

    /// Parameters: `identity`.
    var insert: String {
        """
        INSERT INTO \(table) (\(names(identity.map(\.field))))
        VALUES (\(StoreLayout.parameters(identity.count)))
        """
    }

    /// Parameters: the time, `totals`, the id. A total that is unknown now keeps its last value, from which it will go on.
    var update: String {
        """
        UPDATE \(table)
        SET \(Self.time) = ?, \(totals.map { "\($0.name) = COALESCE(?, \($0.name))" }.joined(separator: ", "))
        WHERE id = ?
        """
    }

    /// Parameters: the id, what was observed, its time, the interval's start, `totals`, `growths`.
    var append: String {
        let fields = [Self.time, Self.start] + totals.map(\.field) + growths.map(\.field)
        return """
            INSERT INTO \(observations) (id, \(table), \(names(fields)))
            VALUES (\(StoreLayout.parameters(fields.count + 2)))
            """
    }

    /// Parameters: the least and the largest id of a range.
    var last: String { "SELECT max(id) FROM \(observations) WHERE id BETWEEN ? AND ?" }

    private static let time = StatisticsField.observationTimeMilliseconds
    private static let start = StatisticsField.monitoringIntervalStartMilliSeconds

    private func names(_ fields: [StatisticsField]) -> String { fields.map { "\($0)" }.joined(separator: ", ") }
}
