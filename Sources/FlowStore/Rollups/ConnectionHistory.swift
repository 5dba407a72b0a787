// SPDX-License-Identifier: Apache-2.0

/// The stored intervals of one connection, found without an index: each tells by its duration in which second the one before ended.
struct ConnectionHistory {
    private let inSeconds: Statement

    private static let columns =
        "id >> \(IntervalID.sequenceBits), (\(IntervalLayout.previousEnd)) / 1000, \(RollupStatements.counters.joined(separator: ", "))"

    init(_ connection: Connection) throws(StoreError) {
        inSeconds = try Statement(
            connection, "SELECT \(Self.columns) FROM interval WHERE id BETWEEN ? AND ? AND connection = ? ORDER BY id DESC")
    }

    /// Calls a body with the second, the second of the interval before (nil for a first one) and the four counts of each interval.
    ///
    /// - Parameter lastSecond: in which the last one ended; nil if that is not known, and all of the table has to be read.
    func forEach(of connection: Int64, lastSecond: Int64?, _ body: (Int64, Int64?, InlineArray<4, Int64>) -> Void) throws(StoreError) {
        guard var second = lastSecond else {
            _ = try visit(0...Int64.max, of: connection, body)
            return
        }
        while let previous = try visit(IntervalID.range(ofSecond: second), of: connection, body), previous < second { second = previous }
    }

    /// - Returns: the earliest second in which an interval before those that were visited ended.
    private func visit(_ ids: ClosedRange<Int64>, of connection: Int64, _ body: (Int64, Int64?, InlineArray<4, Int64>) -> Void)
        throws(StoreError) -> Int64?
    {
        inSeconds.bind(ids.lowerBound, at: 1)
        inSeconds.bind(ids.upperBound, at: 2)
        inSeconds.bind(connection, at: 3)
        var earliest: Int64?
        while try inSeconds.step() {
            let previous = inSeconds.integer(at: 1)
            var counts = InlineArray<4, Int64>(repeating: IntervalCounts.unknown)
            for index in 0..<4 { counts[index] = inSeconds.integer(at: Int32(2 + index)) ?? IntervalCounts.unknown }
            body(inSeconds.integer(at: 0) ?? 0, previous, counts)
            if let previous { earliest = min(earliest ?? previous, previous) }
        }
        return earliest
    }
}
