// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

/// What was counted beside flows: by policy rules and switch ports, and by the collector of its exporters.
extension FlowReader {
    /// Fields that name a rule, whatever the node.
    public static let ruleFields: [StatisticsField] = [
        .ingressNetworkPolicyNamespace, .ingressNetworkPolicyName, .ingressNetworkPolicyType, .ingressNetworkPolicyRuleName,
        .ingressNetworkPolicyRuleAction, .egressNetworkPolicyNamespace, .egressNetworkPolicyName, .egressNetworkPolicyType,
        .egressNetworkPolicyRuleName, .egressNetworkPolicyRuleAction,
    ]

    /// Every policy rule that a switch ever had, with what switches counted of it in a range.
    ///
    /// - Returns: `ruleFields`, then `nodes` that have it, `observations` in the range, and the sums of `deltaFlowCount`,
    ///   `packetDeltaCount` and `octetDeltaCount` over all nodes, NULL when nobody counted.
    public func policyRules(in range: TimeRange) throws(StoreError) -> ResultTable {
        try observed(.rules, by: Self.ruleFields, sums: [.deltaFlowCount, .packetDeltaCount, .octetDeltaCount], in: range)
    }

    /// Every pod's switch ports, with what switches counted of them in a range.
    ///
    /// - Returns: `sourcePodNamespace`, `sourcePodName`, `sourceNodeName`, then `nodes` (1), `observations` in the range, and the sums of
    ///   packets and octets from and to the pod.
    public func podPorts(in range: TimeRange) throws(StoreError) -> ResultTable {
        try observed(
            .ports, by: [.sourcePodNamespace, .sourcePodName, .sourceNodeName],
            sums: [.packetDeltaCount, .octetDeltaCount, .reversePacketDeltaCount, .reverseOctetDeltaCount], in: range,
            condition: "WHERE port.sourcePodName IS NOT NULL")
    }

    private func observed(
        _ layout: SeriesLayout, by fields: [StatisticsField], sums: [StatisticsField], in range: TimeRange, condition: String = ""
    ) throws(StoreError) -> ResultTable {
        let definitions = fields.map { field in StatisticsSchema.fields(of: layout.kind).first { $0.field == field } }.compactMap(\.self)
        let keys = definitions.map { "\(layout.table).\($0.name)" }
        let texts = zip(keys, definitions).map { StoreViews.readable($0, $1.kind) }
        let counted = sums.map { "sum(counted.\($0)) AS \($0)" }
        let sql = """
            SELECT \((texts + ["count(DISTINCT \(layout.table).sourceNodeName)", "sum(coalesce(counted.observations, 0))"] + counted).joined(separator: ", "))
            FROM \(layout.table)
            LEFT JOIN (
              SELECT \(layout.table), count(*) AS observations, \(sums.map { "\(StoreViews.sum("\($0)")) AS \($0)" }.joined(separator: ", "))
              FROM \(layout.observations)
              WHERE id >= ? AND id < ?
              GROUP BY \(layout.table)
            ) AS counted ON counted.\(layout.table) = \(layout.table).id
            \(condition)
            GROUP BY \(keys.joined(separator: ", "))
            """
        return try rows(
            sql, [.integer(range.identifiers.lowerBound), .integer(range.identifiers.upperBound)],
            columns: fields.map { "\($0)" } + ["nodes", "observations"] + sums.map { "\($0)" })
    }

    /// Every exporter that the ledger knows, with its counts in a range.
    ///
    /// - Returns: `exporter`, `observationDomainID`, `nodeName`, `firstMinute` and `lastMinute` (milliseconds, of all time), `minutes` of
    ///   the range with a report, and `ExporterMinute.counts`, sums over the range, NULL for one that was silent.
    public func exporters(in range: TimeRange) throws(StoreError) -> ResultTable {
        let counts = ExporterMinute.counts.map(\.name)
        let isInRange = "minute > ? AND minute < ?"
        let sql = """
            SELECT
              \(StoreViews.text(ofName: "exporter")), observationDomainID, \(StoreViews.text(ofName: "node")), firstMinute, lastMinute, minutes,
              \(counts.joined(separator: ", "))
            FROM (
              SELECT
                exporter, observationDomainID, max(nodeName) AS node, min(minute) AS firstMinute, max(minute) AS lastMinute,
                count(*) FILTER (WHERE \(isInRange)) AS minutes,
                \(counts.map { "sum(\($0)) FILTER (WHERE \(isInRange)) AS \($0)" }.joined(separator: ", "))
              FROM exporter_minute
              GROUP BY exporter, observationDomainID
            )
            ORDER BY 1, 2
            """
        let (first, last) = (range.from.milliseconds - 60_000, range.to.milliseconds)
        let bounds = Array(repeating: [ResultValue.integer(first), .integer(last)], count: counts.count + 1).flatMap(\.self)
        return try rows(
            sql, bounds,
            columns: ["exporter", "observationDomainID", "nodeName", "firstMinute", "lastMinute", "minutes"] + counts)
    }
}
