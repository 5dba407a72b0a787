// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

extension IntervalWriter {
    /// - Returns: the connection's conversation.
    mutating func storeConnection(_ intervals: Span<FlowInterval>, _ index: Int, seen: LastSeen, _ result: inout WriteResult)
        throws(StoreError) -> Int64
    {
        let connection = intervals[index].connection
        var conversation = try conversationRow(intervals, index, seen: seen, &result)
        if connection > lastConnection {
            lastConnection = connection
            try insertConnection(intervals, index, conversation: conversation, seen: seen, &result)
        } else {
            if let before = try known(connection)?.conversation {
                conversation = try conversations.row(merging: conversation, over: before, seen: seen, using: statements)
                if conversation != before { try move(intervals, index, from: before, to: conversation) }
            }
            try amendConnection(intervals, index, conversation: conversation, seen: seen, &result)
        }
        result.connections += 1
        let lastSecond = intervals[index].previousEnd?.seconds ?? connections[connection]?.lastSecond
        connections[connection] = ConnectionCache.Entry(connection: connection, conversation: conversation, lastSecond: lastSecond)
        return conversation
    }

    /// What is known of a connection that has a row.
    mutating func known(_ connection: Int64) throws(StoreError) -> ConnectionCache.Entry? {
        if let entry = connections[connection] { return entry }
        if connection >= pendingConnections.firstID { try pendingConnections.insert() }
        return try statements.conversation(of: connection).map {
            ConnectionCache.Entry(connection: connection, conversation: $0, lastSecond: nil)
        }
    }

    private mutating func insertConnection(
        _ intervals: Span<FlowInterval>, _ index: Int, conversation: Int64, seen: LastSeen, _ result: inout WriteResult
    ) throws(StoreError) {
        try pendingConnections.begin(intervals[index].connection)
        pendingConnections.append(conversation)
        for column in StoreLayout.connectionColumns {
            pendingConnections.append(try number(column, intervals, index, seen: seen, &result))
        }
        let starts = intervals[index].starts.milliseconds(after: intervals[index].record[time: .flowStartMilliseconds])
        pendingConnections.append(starts.source)
        pendingConnections.append(starts.destination)
    }

    /// Replaces what is known of a connection that may have a row.
    private mutating func amendConnection(
        _ intervals: Span<FlowInterval>, _ index: Int, conversation: Int64, seen: LastSeen, _ result: inout WriteResult
    ) throws(StoreError) {
        if intervals[index].connection >= pendingConnections.firstID { try pendingConnections.insert() }
        let statement = statements.upsertConnection
        statement.bind(intervals[index].connection, at: 1)
        statement.bind(conversation, at: 2)
        var parameter: Int32 = 3
        for column in StoreLayout.connectionColumns {
            statement.bind(try number(column, intervals, index, seen: seen, &result), at: parameter)
            parameter += 1
        }
        let starts = intervals[index].starts.milliseconds(after: intervals[index].record[time: .flowStartMilliseconds])
        statement.bind(starts.source, at: parameter)
        statement.bind(starts.destination, at: parameter + 1)
        try statement.run()
    }

    /// Gives the sums of a connection's intervals to another conversation.
    private mutating func move(_ intervals: Span<FlowInterval>, _ index: Int, from before: Int64, to conversation: Int64) throws(StoreError)
    {
        let connection = intervals[index].connection
        let last = intervals[index].previousEnd?.seconds ?? connections[connection]?.lastSecond
        try pendingIntervals.insert()
        let history = history
        try history.forEach(of: connection, lastSecond: last) { second, previousSecond, counts in
            rollups.add(RollupEntry(second: second, previousSecond: previousSecond, conversation: before), counts, sign: -1)
            rollups.add(RollupEntry(second: second, previousSecond: previousSecond, conversation: conversation), counts)
        }
    }
}

// Conversations.
extension IntervalWriter {
    private mutating func conversationRow(_ intervals: Span<FlowInterval>, _ index: Int, seen: LastSeen, _ result: inout WriteResult)
        throws(StoreError) -> Int64
    {
        let identity = conversations.identity(intervals, index)
        if let row = conversations.row(of: identity, seen: seen) { return row }
        var facts = ConversationFacts(values: [])
        facts.values.reserveCapacity(StoreLayout.conversationColumns.count)
        for column in StoreLayout.conversationColumns {
            if column.kind == .uuid {
                facts.values.append(intervals.uuid(column.field, at: index).map { .blob(octets(of: $0)) } ?? .null)
            } else {
                facts.values.append(try number(column, intervals, index, seen: seen, &result).map { .integer($0) } ?? .null)
            }
        }
        return try conversations.row(of: facts, identity, seen: seen)
    }

    private func octets(of uuid: (high: UInt64, low: UInt64)) -> [UInt8] {
        [uuid.high, uuid.low].flatMap { word in stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) } }
    }
}

extension HalfStarts {
    /// Each in milliseconds after the start of the connection; nil when one of both is not known.
    fileprivate func milliseconds(after first: Timestamp?) -> (source: Int64?, destination: Int64?) {
        guard let first else { return (nil, nil) }
        return (source?.milliseconds(after: first), destination?.milliseconds(after: first))
    }
}
