// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Views of sums by time.
extension StoreViews {
    /// Fields that sums are kept by, in the schema's order: those of a conversation.
    static let rollupFields = FlowSchema.fields.filter { $0.storage == .conversation }

    /// Sums by period and conversation. What is not over yet comes from the finer sums and from intervals, so that the rows of a period
    /// always add up to all of it.
    static func sums(_ resolution: Resolution) -> String {
        """
        CREATE VIEW \(resolution.view) AS
        SELECT
          sums.period * \(resolution.seconds) AS flowStartSeconds,
          \(lines(rollupFields.map { "\(readable($0)) AS \($0.name)" })),
          \(lines(RollupStatements.counters.map { "sums.\($0) AS \($0)" })),
          sums.intervals AS intervals,
          sums.intervalsWithoutCounters AS intervalsWithoutCounters,
          sums.newConnections + sums.continuedConnections AS connections,
          sums.newConnections AS newConnections
        FROM (
          \(parts(of: resolution).joined(separator: "\n  UNION ALL\n  "))
        ) AS sums
        LEFT JOIN conversation ON conversation.id = sums.conversation
        """
    }

    private static func parts(of resolution: Resolution) -> [String] {
        let bits = Rollup.conversationBits
        let counters = RollupStatements.counters.joined(separator: ", ")
        func complete(_ resolution: Resolution) -> String { "(SELECT complete FROM resolution WHERE name = '\(resolution.name)')" }
        var parts = [
            """
            SELECT
                \(Rollup.period(resolution.table)) AS period, \(Rollup.conversation(resolution.table)) AS conversation, \(counters),
                intervals, intervalsWithoutCounters, newConnections, continuedConnections
              FROM \(resolution.table)
              WHERE id < \(complete(resolution)) << \(bits)
            """
        ]
        for finer in Resolution.rollups.reversed() where finer < resolution {
            let factor = resolution.seconds / finer.seconds
            guard let coarser = Resolution.rollups.first(where: { $0.finer == finer }) else { continue }
            let (period, begin) = (Rollup.period(finer.table), "\(complete(coarser)) * \(coarser.factor)")
            // Those that went on from the period before did so in the first of the finer periods; longer gaps are told apart.
            parts.append(
                """
                SELECT
                    \(period) / \(factor), \(Rollup.conversation(finer.table)), \(counters), intervals, intervalsWithoutCounters, newConnections,
                    iif(\(period) % \(factor) = 0, continuedConnections, 0)
                  FROM \(finer.table)
                  WHERE id >= (\(begin)) << \(bits) AND id < \(complete(finer)) << \(bits)
                """)
            parts.append(
                """
                SELECT period / \(factor), conversation, NULL, NULL, NULL, NULL, 0, 0, 0, connections
                  FROM rollup_gap
                  WHERE resolution = '\(finer.name)' AND period >= \(begin) AND period < \(complete(finer))
                    AND period % \(factor) <> 0 AND (period - since) / \(factor) < period / \(factor)
                """)
        }
        let period = "(interval.id >> \(IntervalID.sequenceBits)) / \(resolution.seconds)"
        let counts = IntervalLayout.counters.map { "interval." + FlowSchema.name(of: $0.delta(.common)) }
        parts.append(
            """
            SELECT
                \(period), connection.conversation, \(counts.joined(separator: ", ")), 1,
                \(counts.map { "\($0) IS NULL" }.joined(separator: " AND ")), interval.shape & \(IntervalLayout.isFirst) <> 0,
                ifnull((\(IntervalLayout.previousEnd)) / \(resolution.seconds * 1000) < \(period), 0)
              FROM interval
              LEFT JOIN connection ON connection.id = interval.connection
              WHERE interval.id >= (\(complete(.minute)) * 60) << \(IntervalID.sequenceBits)
            """)
        return parts
    }

    /// Pairs of workloads by what they moved in the last hour that is stored, most first.
    static let topTalkers = """
        CREATE VIEW top_talkers AS
        SELECT
          \(lines(talkers)),
          \(lines(RollupStatements.counters.map { "\(sum($0)) AS \($0)" })),
          sum(newConnections) AS newConnections
        FROM flows_1m
        WHERE flowStartSeconds > (SELECT max(id) >> \(IntervalID.sequenceBits) FROM interval) / 60 * 60 - 3600
        GROUP BY \(talkers.joined(separator: ", "))
        ORDER BY total(octetDeltaCount) + total(reverseOctetDeltaCount) DESC
        """

    private static let talkers = [
        FlowField.sourcePodNamespace, .sourcePodName, .destinationPodNamespace, .destinationPodName, .destinationServicePortName,
        .destinationTransportPort, .protocolIdentifier,
    ].map(FlowSchema.name(of:))
}
