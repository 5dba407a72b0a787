// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

extension FlowReader {
    private static let ledger = """
        SELECT
          minute,
          (SELECT text FROM name WHERE name.id = exporter),
          observationDomainID,
          (SELECT text FROM name WHERE name.id = nodeName),
          \(Completeness.Losses.all.map(\.name).joined(separator: ", "))
        FROM exporter_minute
        WHERE minute >= ? AND minute < ?
        ORDER BY minute
        """

    private static let pauses = """
        SELECT before, began, isOrderly
        FROM (
          SELECT
            began,
            lag(ifnull(ended, reached)) OVER (ORDER BY began) AS before,
            lag(ended) OVER (ORDER BY began) IS NOT NULL AS isOrderly
          FROM aggregator_run
        )
        WHERE before < ? AND began > ?
        ORDER BY began
        """

    /// What the ledger says of a range, and whether retention has removed some of it. Whole minutes count, also those that the range only
    /// touches.
    ///
    /// - Parameter coarsest: the coarsest resolution that tells what was asked; nil for what is asked of the ledger alone.
    public func completeness(in range: TimeRange, answeredBy coarsest: Resolution? = nil) throws(StoreError) -> Completeness {
        try read { connection throws(StoreError) in
            let statement = try Statement(connection, Self.ledger)
            let (from, overflow) = range.from.milliseconds.subtractingReportingOverflow(CompletenessScan.lookBack)
            statement.bind(overflow ? .min : from, at: 1)
            statement.bind(range.to.milliseconds, at: 2)
            var scan = CompletenessScan(range)
            while try statement.step() { scan.add(row(statement)) }
            let pauses = try Statement(connection, Self.pauses)
            pauses.bind(range.to.milliseconds, at: 1)
            pauses.bind(range.from.milliseconds, at: 2)
            while try pauses.step() {
                scan.add(
                    CompletenessScan.Pause(
                        from: Timestamp(milliseconds: pauses.integer(at: 0) ?? 0), to: Timestamp(milliseconds: pauses.integer(at: 1) ?? 0),
                        away: pauses.integer(at: 2) == 1 ? .stopped : .broken))
            }
            var completeness = scan.end()
            completeness.imports = try imports(in: range, on: connection)
            completeness.removedBefore = try coarsest.flatMap { coarsest throws(StoreError) in
                try removed(before: range, coarsest, on: connection)
            }
            return completeness
        }
    }

    /// From when on one of the resolutions that can answer has everything, if that is later than the range begins.
    private func removed(before range: TimeRange, _ coarsest: Resolution, on connection: Connection) throws(StoreError) -> Timestamp? {
        let select = try Statement(connection, "SELECT oldest FROM resolution WHERE name = ?")
        var first: Timestamp?
        for resolution in Resolution.allCases where resolution <= coarsest {
            try select.bind(resolution.name, at: 1)
            let oldest = Timestamp(seconds: (try select.firstInteger() ?? 0) * resolution.seconds)
            first = min(first ?? oldest, oldest)
        }
        return first.flatMap { $0 > range.from && $0.seconds > 0 ? $0 : nil }
    }

    private static let importsOfRange = """
        SELECT \(ImportStatements.columns.joined(separator: ", "))
        FROM import
        WHERE lastEnd >= ? AND firstEnd < ?
        ORDER BY began
        """

    private func imports(in range: TimeRange, on connection: Connection) throws(StoreError) -> [ImportProgress] {
        let select = try Statement(connection, Self.importsOfRange)
        select.bind(range.from.milliseconds, at: 1)
        select.bind(range.to.milliseconds, at: 2)
        var imports: [ImportProgress] = []
        while try select.step() { imports.append(ImportStatements.progress(in: select)) }
        return imports
    }

    private func row(_ statement: Statement) -> CompletenessScan.Row {
        var losses = Completeness.Losses()
        for (offset, count) in Completeness.Losses.all.enumerated() {
            losses[keyPath: count.path] = statement.integer(at: Int32(4 + offset)) ?? 0
        }
        return CompletenessScan.Row(
            minute: statement.integer(at: 0) ?? 0, exporter: statement.text(at: 1) ?? "",
            observationDomainID: statement.integer(at: 2) ?? 0,
            nodeName: statement.text(at: 3), losses: losses)
    }
}
