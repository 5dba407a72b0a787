// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Stores intervals, their connections and conversations, and adds them to the sums; inside the writer's transactions.
struct IntervalWriter {
    let statements: WriterStatements
    private var names = NameRows()
    private var addresses = AddressRows()
    private var conversations: ConversationRows
    private var connections = ConnectionCache()
    private var sequence = IntervalSequence()
    private var rollups: RollupWriter
    private let history: ConnectionHistory
    /// The largest id of a connection that has a row.
    private var lastConnection: Int64
    private var committedLastConnection: Int64

    init(_ connection: Connection, lastConnection: Int64) throws(StoreError) {
        statements = try WriterStatements(connection)
        conversations = try ConversationRows(connection)
        rollups = try RollupWriter(connection)
        history = try ConnectionHistory(connection)
        (self.lastConnection, committedLastConnection) = (lastConnection, lastConnection)
    }

    mutating func learn(_ names: [StoreBatch.NewName]) {
        self.names.learn(names)
    }

    var rememberedNames: Set<Int64> { names.remembered }

    mutating func commit() {
        names.commit()
        addresses.commit()
        conversations.commit()
        committedLastConnection = lastConnection
    }

    mutating func rollBack() {
        names.rollBack()
        addresses.rollBack()
        conversations.rollBack()
        connections.forgetAll()
        sequence.rollBack()
        rollups.rollBack()
        lastConnection = committedLastConnection
    }

    mutating func forgetRows() throws(StoreError) {
        addresses.forgetAll()
        conversations.forgetAll()
        connections.forgetAll()
        try rollups.reloadOldest()
    }

    /// At the beginning of a transaction.
    mutating func begin() throws(StoreError) {
        try rollups.begin()
    }

    /// At its end.
    ///
    /// - Parameter now: what time it is, if the caller knows more of it than the intervals tell.
    mutating func flush(at now: Timestamp? = nil) throws(StoreError) {
        if let now { rollups.pass(to: now) }
        try rollups.flush()
    }

    mutating func store(_ received: ReceivedStatistics, by writer: inout StatisticsWriter?, _ result: inout WriteResult)
        throws(StoreError)
    {
        try writer?.store(received, names: &names, using: statements, &result)
    }

    /// - Parameter id: of the interval, if it has one already.
    mutating func store(_ interval: FlowInterval, id: Int64? = nil, _ result: inout WriteResult) throws(StoreError) {
        let seen = LastSeen(interval.record[time: .flowEndMilliseconds])
        var conversation: Int64?
        // Once a day all that belongs to a connection is seen again, so that it is not removed.
        let isFirstOfDay = interval.previousEnd.map { LastSeen($0) < seen } ?? true
        // Nor does one come back without its row that was removed while it was silent.
        var needsRow = interval.isConnectionChanged || isFirstOfDay
        if !needsRow { needsRow = try known(interval.connection) == nil }
        if needsRow { conversation = try storeConnection(of: interval, seen: seen, &result) }
        if interval.hasInterval { try storeInterval(interval, id: id, of: conversation, seen: seen, &result) }
    }
}

// Connections.
extension IntervalWriter {
    private mutating func storeConnection(of interval: FlowInterval, seen: LastSeen, _ result: inout WriteResult) throws(StoreError)
        -> Int64
    {
        var conversation = try row(of: interval.record, seen: seen, &result)
        if interval.connection > lastConnection {
            lastConnection = interval.connection
        } else if let before = try known(interval.connection)?.conversation {
            conversation = try conversations.row(merging: conversation, over: before, seen: seen, using: statements)
            if conversation != before { try move(interval, from: before, to: conversation) }
        }
        let statement = statements.upsertConnection
        statement.clear()
        statement.bind(interval.connection, at: 1)
        statement.bind(conversation, at: 2)
        try bind(StoreLayout.connectionColumns, of: interval.record, to: statement, from: 3, seen: seen, &result)
        bind(interval.starts, of: interval.record, to: statement)
        try statement.run()
        result.connections += 1
        let lastSecond = interval.previousEnd?.seconds ?? connections[interval.connection]?.lastSecond
        connections[interval.connection] = ConnectionCache.Entry(
            connection: interval.connection, conversation: conversation, lastSecond: lastSecond)
        return conversation
    }

    private mutating func row(of record: FlowRecord, seen: LastSeen, _ result: inout WriteResult) throws(StoreError) -> Int64 {
        let identity = conversations.identity(of: record)
        if let row = conversations.row(of: identity, seen: seen) { return row }
        var facts = ConversationFacts(values: [])
        facts.values.reserveCapacity(StoreLayout.conversationColumns.count)
        for column in StoreLayout.conversationColumns { facts.values.append(try value(column, of: record, seen: seen, &result)) }
        return try conversations.row(of: facts, identity, seen: seen)
    }

    private mutating func value(_ column: StoreLayout.Column, of record: FlowRecord, seen: LastSeen, _ result: inout WriteResult)
        throws(StoreError) -> ResultValue
    {
        switch column.kind {
        case .unsigned: return record[unsigned: column.field].map { .integer(Int64(clamping: $0)) } ?? .null
        case .time: return record[time: column.field].map { .integer($0.milliseconds) } ?? .null
        case .name:
            guard let id = record[name: column.field] else { return .null }
            if let row = try names.row(of: id, seen: seen, using: statements) { return .integer(row) }
            result.unknownNames += 1
            return .null
        case .address:
            guard let address = record[address: column.field] else { return .null }
            return .integer(try addresses.row(of: address, seen: seen, using: statements))
        case .uuid: return record[uuid: column.field].map { .blob(octets(of: $0)) } ?? .null
        }
    }

    private func octets(of uuid: (high: UInt64, low: UInt64)) -> [UInt8] {
        [uuid.high, uuid.low].flatMap { word in stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) } }
    }

    /// Gives the sums of a connection's intervals to another conversation.
    private mutating func move(_ interval: FlowInterval, from before: Int64, to conversation: Int64) throws(StoreError) {
        let last = interval.previousEnd?.seconds ?? connections[interval.connection]?.lastSecond
        let history = history
        try history.forEach(of: interval.connection, lastSecond: last) { second, previousSecond, counts in
            rollups.add(RollupEntry(second: second, previousSecond: previousSecond, conversation: before), counts, sign: -1)
            rollups.add(RollupEntry(second: second, previousSecond: previousSecond, conversation: conversation), counts)
        }
    }

    private func known(_ connection: Int64) throws(StoreError) -> ConnectionCache.Entry? {
        if let entry = connections[connection] { return entry }
        return try statements.conversation(of: connection).map {
            ConnectionCache.Entry(connection: connection, conversation: $0, lastSecond: nil)
        }
    }

    private func bind(_ starts: HalfStarts, of record: FlowRecord, to statement: Statement) {
        guard let first = record[time: .flowStartMilliseconds] else { return }
        let index = Int32(StoreLayout.connectionColumns.count + 3)
        if let start = starts.source { statement.bind((start - first).wholeMilliseconds, at: index) }
        if let start = starts.destination { statement.bind((start - first).wholeMilliseconds, at: index + 1) }
    }

    /// Binds what is known of a record; the rest was made NULL before. Values above `Int64.max` saturate, as SQLite has no larger.
    private mutating func bind(
        _ columns: [StoreLayout.Column], of record: FlowRecord, to statement: Statement, from first: Int32, seen: LastSeen,
        _ result: inout WriteResult
    ) throws(StoreError) {
        var index = first
        for column in columns {
            switch column.kind {
            case .unsigned:
                if let value = record[unsigned: column.field] { statement.bind(Int64(clamping: value), at: index) }
            case .time:
                if let time = record[time: column.field] { statement.bind(time.milliseconds, at: index) }
            case .name:
                guard let id = record[name: column.field] else { break }
                if let row = try names.row(of: id, seen: seen, using: statements) {
                    statement.bind(row, at: index)
                } else {
                    result.unknownNames += 1
                }
            case .address:
                if let address = record[address: column.field] {
                    statement.bind(try addresses.row(of: address, seen: seen, using: statements), at: index)
                }
            case .uuid:
                if let uuid = record[uuid: column.field] { try statement.bind(uuid: uuid, at: index) }
            }
            index += 1
        }
    }
}

// Intervals.
extension IntervalWriter {
    private mutating func storeInterval(
        _ interval: FlowInterval, id: Int64?, of conversation: Int64?, seen: LastSeen, _ result: inout WriteResult
    ) throws(StoreError) {
        let record = interval.record
        guard let end = record[time: .flowEndMilliseconds], IntervalID.seconds.contains(end.seconds) else {
            result.refusedIntervals += 1
            return
        }
        let entry = try known(interval.connection)
        let row = if let id { id } else { try sequence.id(ofSecond: end.seconds, last: statements.lastInterval) }
        let second = row >> IntervalID.sequenceBits
        let previousEnd = interval.previousEnd ?? entry?.lastSecond.map { Timestamp(seconds: $0) }
        let shape = IntervalShape(record, end: end, previousEnd: previousEnd)
        try insert(shape, row, interval, end: end, seen: seen, &result)
        try insertSides(of: shape, row, record)
        result.intervals += 1
        if let conversation = conversation ?? entry?.conversation {
            rollups.add(
                RollupEntry(second: second, previousSecond: shape.previousSecond, conversation: conversation), shape.common.deltas)
            connections[interval.connection] = ConnectionCache.Entry(
                connection: interval.connection, conversation: conversation, lastSecond: end.seconds)
        }
    }

    private mutating func insert(
        _ shape: IntervalShape, _ row: Int64, _ interval: FlowInterval, end: Timestamp, seen: LastSeen, _ result: inout WriteResult
    ) throws(StoreError) {
        let statement = statements.insertInterval
        statement.clear()
        statement.bind(row, at: 1)
        statement.bind(interval.connection, at: 2)
        for index in 0..<4 { bind(shape.common[index], to: statement, at: Int32(3 + index)) }
        if let duration = shape.duration { statement.bind(duration, at: 7) }
        statement.bind(shape.bits, at: 8)
        statement.bind(end.milliseconds - (row >> IntervalID.sequenceBits) * 1000, at: 9)
        if let reason = interval.record[unsigned: .flowEndReason] { statement.bind(Int64(clamping: reason), at: 10) }
        if let state = interval.record[name: .tcpState] {
            if let name = try names.row(of: state, seen: seen, using: statements) {
                statement.bind(name, at: 11)
            } else {
                result.unknownNames += 1
            }
        }
        if let lag = shape.sourceLag { statement.bind(lag, at: 12) }
        if let lag = shape.destinationLag { statement.bind(lag, at: 13) }
        if shape.bits & IntervalLayout.areTotalsDeltas == 0 {
            for index in 4..<8 { bind(shape.common[index], to: statement, at: Int32(10 + index)) }
        }
        try statement.run()
    }

    private func insertSides(of shape: IntervalShape, _ row: Int64, _ record: FlowRecord) throws(StoreError) {
        if shape.bits & IntervalLayout.isThroughputComputed == 0 {
            let statement = statements.insertSide
            statement.clear()
            statement.bind(row, at: 1)
            statement.bind(IntervalLayout.Side.none.rawValue, at: 2)
            for index in 8..<10 { bind(shape.common[index], to: statement, at: Int32(3 + index)) }
            try statement.run()
        }
        if let counts = shape.source {
            try insert(counts, of: .source, row, end: record[unsigned: .flowEndSecondsFromSourceNode])
        }
        if let counts = shape.destination {
            try insert(counts, of: .destination, row, end: record[unsigned: .flowEndSecondsFromDestinationNode])
        }
    }

    private func insert(_ counts: IntervalCounts, of side: IntervalLayout.Side, _ row: Int64, end: UInt64?) throws(StoreError) {
        let statement = statements.insertSide
        statement.clear()
        statement.bind(row, at: 1)
        statement.bind(side.rawValue, at: 2)
        for index in 0..<10 { bind(counts[index], to: statement, at: Int32(3 + index)) }
        if let end { statement.bind(Int64(clamping: end), at: 13) }
        try statement.run()
    }

    private func bind(_ count: Int64, to statement: Statement, at index: Int32) {
        if count != IntervalCounts.unknown { statement.bind(count, at: index) }
    }
}
