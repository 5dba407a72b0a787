// SPDX-License-Identifier: Apache-2.0

extension StoreViews {
    /// One row for each file that was imported.
    static let imports = """
        CREATE VIEW imports AS
        SELECT
          file,
          \(isoTime("began")) AS beganAt,
          \(isoTime("ended")) AS endedAt,
          \(lines(ImportStatements.counts.map(\.name))),
          \(isoTime("firstEnd")) AS flowsFrom,
          \(isoTime("lastEnd")) AS flowsTo,
          samplingInterval,
          lower(hex(digest)) AS sha256
        FROM import
        """
}
