// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

extension IntervalWriter {
    /// - Parameters:
    ///   - id: of an interval that has one already.
    ///   - conversation: of its connection; nil if that was stored earlier.
    mutating func storeInterval(
        _ intervals: Span<FlowInterval>, _ index: Int, id: Int64?, of conversation: Int64?, seen: LastSeen, _ result: inout WriteResult
    ) throws(StoreError) {
        guard let end = intervals[index].record[time: .flowEndMilliseconds], IntervalID.seconds.contains(end.seconds) else {
            result.refusedIntervals += 1
            return
        }
        let connection = intervals[index].connection
        let entry = try known(connection)
        let row = if let id { id } else { try sequence.id(ofSecond: end.seconds, last: statements.lastInterval) }
        let previousEnd = intervals[index].previousEnd ?? entry?.lastSecond.map { Timestamp(seconds: $0) }
        let shape = IntervalShape(intervals, index, end: end, previousEnd: previousEnd)
        let reason = intervals[index].record[unsigned: .flowEndReason]
        let state = try self.row(of: intervals[index].record[name: .tcpState], seen: seen, &result)
        try insert(shape, row, of: connection, end: end, reason: reason, state: state)
        try insertSides(of: shape, row, intervals, index)
        result.intervals += 1
        if let conversation = conversation ?? entry?.conversation {
            let second = row >> IntervalID.sequenceBits
            rollups.add(
                RollupEntry(second: second, previousSecond: shape.previousSecond, conversation: conversation), shape.common.deltas)
            connections[connection] = ConnectionCache.Entry(connection: connection, conversation: conversation, lastSecond: end.seconds)
        }
    }

    /// The values of `IntervalLayout.columns`.
    private mutating func insert(_ shape: IntervalShape, _ id: Int64, of connection: Int64, end: Timestamp, reason: UInt64?, state: Int64?)
        throws(StoreError)
    {
        try pendingIntervals.begin(id)
        pendingIntervals.append(connection)
        for counter in 0..<4 { pendingIntervals.append(shape.common[counter]) }
        pendingIntervals.append(shape.duration)
        pendingIntervals.append(shape.bits)
        pendingIntervals.append(end.milliseconds - (id >> IntervalID.sequenceBits) * 1000)
        pendingIntervals.append(reason.map { Int64(clamping: $0) })
        pendingIntervals.append(state)
        pendingIntervals.append(shape.sourceLag)
        pendingIntervals.append(shape.destinationLag)
        let areTotalsStored = shape.bits & IntervalLayout.areTotalsDeltas == 0
        for counter in 4..<8 { pendingIntervals.append(areTotalsStored ? shape.common[counter] : PendingRows.null) }
    }

    private func insertSides(of shape: IntervalShape, _ id: Int64, _ intervals: Span<FlowInterval>, _ index: Int) throws(StoreError) {
        if shape.bits & IntervalLayout.isThroughputComputed == 0 {
            let statement = statements.insertSide
            statement.clear()
            statement.bind(id, at: 1)
            statement.bind(IntervalLayout.Side.none.rawValue, at: 2)
            for counter in 8..<10 { bind(shape.common[counter], to: statement, at: Int32(3 + counter)) }
            try statement.run()
        }
        if let counts = shape.source {
            try insert(counts, of: .source, id, end: intervals[index].record[unsigned: .flowEndSecondsFromSourceNode])
        }
        if let counts = shape.destination {
            try insert(counts, of: .destination, id, end: intervals[index].record[unsigned: .flowEndSecondsFromDestinationNode])
        }
    }

    private func insert(_ counts: IntervalCounts, of side: IntervalLayout.Side, _ id: Int64, end: UInt64?) throws(StoreError) {
        let statement = statements.insertSide
        statement.clear()
        statement.bind(id, at: 1)
        statement.bind(side.rawValue, at: 2)
        for counter in 0..<10 { bind(counts[counter], to: statement, at: Int32(3 + counter)) }
        if let end { statement.bind(Int64(clamping: end), at: 13) }
        try statement.run()
    }

    private func bind(_ count: Int64, to statement: Statement, at index: Int32) {
        if count != IntervalCounts.unknown { statement.bind(count, at: index) }
    }
}
