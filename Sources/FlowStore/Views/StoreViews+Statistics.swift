// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Views of what is known beside flows: rules, ports, exporters and the ledger.
extension StoreViews {
    /// One row for each stored observation: every field of the kind, in the schema's order.
    static func series(_ layout: SeriesLayout) -> String {
        let identity = Set(layout.identity.map(\.field))
        let columns = StatisticsSchema.fields(of: layout.kind).map { definition in
            let table = identity.contains(definition.field) ? layout.table : "observed"
            return "\(readable("\(table).\(definition.name)", definition.kind)) AS \(definition.name)"
        }
        return """
            CREATE VIEW \(layout.view) AS
            SELECT
              observed.id AS id,
              \(lines(columns))
            FROM \(layout.observations) AS observed
            LEFT JOIN \(layout.table) ON \(layout.table).id = observed.\(layout.table)
            """
    }

    /// The last value of each counter of an exporter in each minute, by name.
    static let statistics = """
        CREATE VIEW statistics AS
        SELECT
          \(isoTime("exporter_statistic.minute")) AS minute,
          \(text(ofName: "exporter_counter.exporter")) AS exporter,
          exporter_counter.observationDomainID AS observationDomainID,
          \(text(ofName: "exporter_counter.nodeName")) AS nodeName,
          \(text(ofName: "exporter_counter.name")) AS name,
          exporter_counter.process AS process,
          exporter_statistic.value AS value,
          exporter_statistic.growth AS growth
        FROM exporter_statistic
        LEFT JOIN exporter_counter ON exporter_counter.id = exporter_statistic.counter
        """

    static let exporters = """
        CREATE VIEW exporters AS
        SELECT
          \(text(ofName: "exporter")) AS exporter,
          observationDomainID,
          \(text(ofName: "nodeName")) AS nodeName,
          \(isoTime("firstMinute")) AS firstMinute,
          \(isoTime("lastMinute")) AS lastMinute,
          minutes,
          \(lines(ExporterMinute.counts.map(\.name))),
          \(lines(StatisticsField.processTotals.map { "\(latest($0)) AS \($0)" }))
        FROM (
          SELECT
            exporter,
            observationDomainID,
            max(nodeName) AS nodeName,
            min(minute) AS firstMinute,
            max(minute) AS lastMinute,
            count(*) AS minutes,
            \(lines(ExporterMinute.counts.map { "\(sum($0.name)) AS \($0.name)" }, indent: 4))
          FROM exporter_minute
          WHERE exporter IS NOT (SELECT id FROM name WHERE text = '\(ExporterMinute.aggregator)')
          GROUP BY exporter, observationDomainID
        ) AS ledger
        """

    static let completeness = """
        CREATE VIEW completeness AS
        SELECT
          \(isoTime("minute")) AS minute,
          \(text(ofName: "exporter")) AS exporter,
          observationDomainID,
          \(text(ofName: "nodeName")) AS nodeName,
          \(lines(ExporterMinute.counts.map(\.name))),
          \(ExporterMinute.counts.filter(\.isLoss).map { "\($0.name) = 0" }.joined(separator: " AND ")) AS isComplete
        FROM exporter_minute
        """

    /// The last value of a total, of all processes of an exporter together.
    private static func latest(_ field: StatisticsField) -> String {
        """
        (
            SELECT \(sum("value"))
            FROM exporter_counter
            WHERE exporter_counter.exporter = ledger.exporter
              AND exporter_counter.observationDomainID = ledger.observationDomainID
              AND exporter_counter.name = (SELECT id FROM name WHERE text = '\(field)')
          )
        """
    }
}

extension SeriesLayout {
    /// The view's name.
    var view: String { kind == .policyRule ? "policy_rules" : "ports" }
}

extension StatisticsField {
    /// Totals that an exporter's processes tell of themselves.
    static let processTotals = counted.filter { $0 != .selectorIDTotalFlowsObserved }
}
