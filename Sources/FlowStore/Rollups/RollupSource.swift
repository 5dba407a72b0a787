// SPDX-License-Identifier: Apache-2.0

/// Reads intervals as sums are made of them.
struct RollupSource {
    private let select: Statement

    init(_ connection: Connection) throws(StoreError) {
        select = try Statement(
            connection,
            """
            SELECT
              interval.id >> \(IntervalID.sequenceBits),
              (\(IntervalLayout.previousEnd)) / 1000,
              connection.conversation,
              \(RollupStatements.counters.map { "interval.\($0)" }.joined(separator: ", "))
            FROM interval
            JOIN connection ON connection.id = interval.connection
            WHERE interval.id >= ?
            """)
    }

    /// Those that end in a second or later.
    func intervals(from second: Int64, _ body: (RollupEntry, InlineArray<4, Int64>) -> Void) throws(StoreError) {
        guard IntervalID.seconds.contains(second) else { return }
        select.bind(second << IntervalID.sequenceBits, at: 1)
        while try select.step() {
            let entry = RollupEntry(
                second: select.integer(at: 0) ?? 0, previousSecond: select.integer(at: 1), conversation: select.integer(at: 2) ?? 0)
            guard Rollup.periods.contains(entry.period(of: .minute)) else { continue }
            var counts = InlineArray<4, Int64>(repeating: IntervalCounts.unknown)
            for index in 0..<4 { counts[index] = select.integer(at: Int32(3 + index)) ?? IntervalCounts.unknown }
            body(entry, counts)
        }
    }
}
