// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Something in a store that is not as it should be.
public struct StoreProblem: Sendable, Hashable, CustomStringConvertible {
    /// What was looked at, in a few words.
    public let check: String
    /// What is wrong.
    public let finding: String

    public init(check: String, finding: String) {
        (self.check, self.finding) = (check, finding)
    }

    public var description: String { "\(check): \(finding)" }
}

extension FlowReader {
    /// Looks whether SQLite's structures are sound, whether every number that stands for something has it, and whether sums are those of
    /// what they sum. Reads the whole file several times; sees one committed state.
    ///
    /// - Parameter progress: is given each check's name as it begins, its number and how many there are. What it throws ends the checks.
    /// - Returns: at most a hundred problems of each check; empty for a sound store.
    public func check(progress: (String, Int, Int) throws(StoreError) -> Void = { _, _, _ in }) throws(StoreError) -> [StoreProblem] {
        try read { connection throws(StoreError) in
            var problems: [StoreProblem] = []
            for (index, check) in Self.checks.enumerated() {
                try progress(check.name, index + 1, Self.checks.count)
                do throws(StoreError) {
                    for finding in try findings(check.sql, on: connection) {
                        problems.append(StoreProblem(check: check.name, finding: finding))
                    }
                } catch {
                    // What cannot be read is a finding too, and others may be readable.
                    guard case .damaged(let message) = error else { throw error }
                    problems.append(StoreProblem(check: check.name, finding: message))
                }
            }
            return problems
        }
    }

    private func findings(_ sql: String, on connection: Connection) throws(StoreError) -> [String] {
        let statement = try Statement(connection, sql)
        var findings: [String] = []
        while findings.count < 100, try statement.step() {
            let finding = (0..<statement.columnCount).map { statement.text(at: $0) ?? "NULL" }.joined(separator: ", ")
            if finding != "ok" { findings.append(finding) }
        }
        statement.reset()
        return findings
    }

    /// Each returns a row for each problem.
    private static let checks: [(name: String, sql: String)] =
        [
            ("structure of the file", "PRAGMA integrity_check(100)"),
            (
                "intervals without a connection",
                "SELECT 'interval ' || id || ' is of connection ' || connection FROM interval "
                    + "WHERE connection NOT IN (SELECT id FROM connection) LIMIT 100"
            ),
            (
                "connections without a conversation",
                "SELECT 'connection ' || id FROM connection WHERE conversation NOT IN (SELECT id FROM conversation) LIMIT 100"
            ),
        ]
        + Resolution.rollups.map { resolution in
            (
                "sums in \(resolution.view) without a conversation",
                "SELECT DISTINCT 'conversation ' || \(Rollup.conversation(resolution.table)) FROM \(resolution.table) "
                    + "WHERE \(Rollup.conversation(resolution.table)) NOT IN (SELECT id FROM conversation) LIMIT 100"
            )
        } + [dangling("name", StoreLayout.conversationColumns.filter { $0.kind == .name }, "conversation")]
        + [dangling("address", StoreLayout.connectionColumns.filter { $0.kind == .address }, "connection")]
        + Resolution.rollups.map(sums)

    private static func dangling(_ table: String, _ columns: [StoreLayout.Column], _ owner: String) -> (String, String) {
        let tests = columns.map { "\($0.name) IS NOT NULL AND \($0.name) NOT IN (SELECT id FROM \(table))" }
        return (
            "\(owner)s that refer to no \(table)",
            "SELECT '\(owner) ' || id FROM \(owner) WHERE \(tests.map { "(\($0))" }.joined(separator: " OR ")) LIMIT 100"
        )
    }

    /// Sums of a resolution beside those of what it sums, where both are kept.
    private static func sums(_ resolution: Resolution) -> (String, String) {
        let finer = resolution.finer ?? .flows
        let bits = Rollup.conversationBits
        let first = "(SELECT oldest FROM resolution WHERE name = '\(finer.name)')"
        let complete = "(SELECT complete FROM resolution WHERE name = '\(resolution.name)')"
        let counters = RollupStatements.counters.map { "total(\($0))" }.joined(separator: ", ")
        let factor = finer == .flows ? resolution.seconds : resolution.factor
        let lower = "(\(first) + \(factor - 1)) / \(factor)"
        let source: String
        if finer == .flows {
            source = """
                SELECT
                  (interval.id >> \(IntervalID.sequenceBits)) / \(factor) AS period, connection.conversation AS conversation,
                  \(counters), count(*), total(interval.shape & \(IntervalLayout.isFirst) <> 0)
                FROM interval
                LEFT JOIN connection ON connection.id = interval.connection
                WHERE interval.id >= (\(lower) * \(factor)) << \(IntervalID.sequenceBits)
                  AND interval.id < (\(complete) * \(factor)) << \(IntervalID.sequenceBits)
                GROUP BY 1, 2
                """
        } else {
            source = """
                SELECT
                  \(Rollup.period(finer.table)) / \(factor) AS period, \(Rollup.conversation(finer.table)) AS conversation,
                  \(counters), sum(intervals), total(newConnections)
                FROM \(finer.table)
                WHERE id >= (\(lower) * \(factor)) << \(bits) AND id < (\(complete) * \(factor)) << \(bits)
                GROUP BY 1, 2
                """
        }
        let own = """
            SELECT
              \(Rollup.period(resolution.table)) AS period, \(Rollup.conversation(resolution.table)) AS conversation,
              \(counters), sum(intervals), total(newConnections)
            FROM \(resolution.table)
            WHERE id >= \(lower) << \(bits) AND id < \(complete) << \(bits)
            GROUP BY 1, 2
            """
        // Where the sums themselves are no longer kept there is nothing to compare.
        let kept = "WHERE period >= (SELECT oldest FROM resolution WHERE name = '\(resolution.name)')"
        return (
            "sums in \(resolution.view)",
            """
            SELECT DISTINCT 'period ' || period || ', conversation ' || conversation
            FROM (
              SELECT * FROM (SELECT * FROM (\(source)) EXCEPT SELECT * FROM (\(own)))
              UNION ALL
              SELECT * FROM (SELECT * FROM (\(own)) EXCEPT SELECT * FROM (\(source)))
            )
            \(kept)
            LIMIT 100
            """
        )
    }
}
