// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Views of sums by time.
extension StoreViews {
    /// Fields that sums are kept by, in the schema's order: those of a conversation.
    static let rollupFields = FlowSchema.fields.filter { $0.storage == .conversation }

    /// Sums by period and conversation. What is not rolled up yet comes from the finer sums, so that the rows of a period always add up to
    /// all of it.
    static func sums(_ resolution: Resolution) -> String {
        """
        CREATE VIEW \(resolution.view) AS
        SELECT
          sums.period * \(resolution.seconds) AS flowStartSeconds,
          \(lines(rollupFields.map { "\(readable($0)) AS \($0.name)" })),
          \(lines(RollupStatements.counters.map { "sums.\($0) AS \($0)" })),
          sums.intervals AS intervals,
          sums.intervalsWithoutCounters AS intervalsWithoutCounters,
          iif(sums.since <> 0, sums.intervals, 0) AS connections,
          iif(sums.since = \(RollupKey.first), sums.intervals, 0) AS newConnections
        FROM \(source(of: resolution)) AS sums
        LEFT JOIN conversation ON conversation.id = sums.conversation
        """
    }

    private static let columns = (["conversation"] + RollupStatements.counters + ["intervals", "intervalsWithoutCounters"])
        .joined(separator: ", ")

    private static func source(of resolution: Resolution) -> String {
        guard resolution.finer != nil else { return resolution.table }
        var (parts, finer, factor) = (["SELECT period, since, \(columns) FROM \(resolution.table)"], resolution, Int64(1))
        while let next = finer.finer {
            factor *= finer.factor
            parts.append(
                """
                SELECT
                    period / \(factor) AS period,
                    CASE WHEN since < 0 THEN since ELSE period / \(factor) - (period - since) / \(factor) END AS since,
                    \(columns)
                  FROM \(next.table)
                  WHERE period >= (SELECT complete FROM resolution WHERE name = '\(finer.name)')
                """)
            finer = next
        }
        return "(\n  \(parts.joined(separator: "\n  UNION ALL\n  "))\n)"
    }

    /// Pairs of workloads by what they moved in the last hour that is stored, most first.
    static let topTalkers = """
        CREATE VIEW top_talkers AS
        SELECT
          \(lines(talkers)),
          \(lines(RollupStatements.counters.map { "\(sum($0)) AS \($0)" })),
          sum(newConnections) AS newConnections
        FROM flows_1m
        WHERE flowStartSeconds > (SELECT max(period) FROM rollup_1m) * 60 - 3600
        GROUP BY \(talkers.joined(separator: ", "))
        ORDER BY total(octetDeltaCount) + total(reverseOctetDeltaCount) DESC
        """

    private static let talkers = [
        FlowField.sourcePodNamespace, .sourcePodName, .destinationPodNamespace, .destinationPodName, .destinationServicePortName,
        .destinationTransportPort, .protocolIdentifier,
    ].map(FlowSchema.name(of:))
}
