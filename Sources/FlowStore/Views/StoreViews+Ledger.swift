// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

extension StoreViews {
    /// What is missing, by cause.
    static let drops = """
        CREATE VIEW drops AS
        SELECT
          minute,
          exporter,
          observationDomainID,
          nodeName,
          CASE cause
            \(counts.map { "WHEN '\($0.cause)' THEN '\($0.count)'" }.joined(separator: "\n    "))
          END AS what,
          cause,
          dropped
        FROM (
          SELECT
            \(isoTime("exporter_drop.minute")) AS minute,
            \(text(ofName: "exporter_drop.exporter")) AS exporter,
            exporter_drop.observationDomainID AS observationDomainID,
            \(text(ofName: "exporter_minute.nodeName")) AS nodeName,
            \(text(ofName: "exporter_drop.cause")) AS cause,
            exporter_drop.dropped AS dropped
          FROM exporter_drop
          LEFT JOIN exporter_minute ON exporter_minute.minute = exporter_drop.minute
            AND exporter_minute.exporter = exporter_drop.exporter
            AND exporter_minute.observationDomainID = exporter_drop.observationDomainID
        )
        """

    /// One row for each time that an aggregator was there.
    static let runs = """
        CREATE VIEW runs AS
        SELECT
          \(isoTime("began")) AS beganAt,
          \(isoTime("reached")) AS reachedAt,
          \(isoTime("ended")) AS endedAt,
          \(isoTime("lag(ifnull(ended, reached)) OVER (ORDER BY began)")) AS awaySince
        FROM aggregator_run
        """

    /// The count of the ledger that each cause is part of.
    private static let counts: [(cause: String, count: String)] = DropCause.allCases.map { cause in
        (cause.name, ExporterMinute.counts.first { ($0.path as AnyKeyPath) == (cause.count as AnyKeyPath) }?.name ?? "")
    }
}
