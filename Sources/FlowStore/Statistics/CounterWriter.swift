// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Stores totals of exporters under their names: the last value of each minute, and its growth.
struct CounterWriter {
    private let find: Statement
    private let insert: Statement
    private let update: Statement
    private let add: Statement
    /// Rows of the names of counters that rise and fall; nil until they are needed.
    private var gauges: Set<Int64>?

    init(_ connection: Connection) throws(StoreError) {
        find = try Statement(
            connection,
            """
            SELECT id, since, time, value
            FROM exporter_counter
            WHERE exporter = ? AND observationDomainID = ? AND name = ? AND process = ?
            """)
        insert = try Statement(
            connection,
            """
            INSERT INTO exporter_counter (exporter, observationDomainID, name, process, nodeName, since, time, value)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """)
        update = try Statement(
            connection,
            """
            UPDATE exporter_counter
            SET nodeName = COALESCE(?, nodeName), since = ?, time = ?, value = ?
            WHERE id = ?
            """)
        add = try Statement(
            connection,
            """
            INSERT INTO exporter_statistic (minute, counter, value, growth)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (minute, counter) DO UPDATE SET
              value = excluded.value,
              growth = CASE WHEN growth IS NULL THEN excluded.growth ELSE \(StoreLayout.sum("growth")) END
            """)
    }

    /// A total as it came.
    struct Reading {
        let exporter: Int64
        let observationDomainID: UInt32
        let name: Int64
        let process: Int64
        let nodeName: Int64?
        let since: Int64?
        let time: Int64
        let value: Int64
        /// The minute in which it came.
        let minute: Int64
    }

    enum Outcome {
        /// Not later than the last one.
        case repeated
        /// Nil for a counter that rises and falls.
        case stored(growth: Int64?)
    }

    mutating func store(_ reading: Reading, using statements: WriterStatements) throws(StoreError) -> Outcome {
        let isGauge = try isGauge(reading.name, using: statements)
        let row: Int64
        // What a counter had counted before it was first seen belongs to this minute only if it began with the exporter.
        var growth: Int64? = reading.value
        if let known = try known(reading) {
            guard reading.time > known.time else { return .repeated }
            row = known.row
            if known.isContinued(by: reading) { growth = reading.value - known.value }
            try replace(known, by: reading)
        } else {
            row = try insert(reading)
            if reading.since == nil { growth = nil }
        }
        if isGauge { growth = nil }
        add.clear()
        add.bind(reading.minute, at: 1)
        add.bind(row, at: 2)
        add.bind(reading.value, at: 3)
        if let growth { add.bind(growth, at: 4) }
        try add.run()
        return .stored(growth: growth)
    }

    /// Rows made lately may be gone.
    mutating func rollBack() {
        gauges = nil
    }

    private struct Known {
        let row: Int64
        let since: Int64?
        let time: Int64
        let value: Int64

        /// Whether a later reading goes on from here, or the counter began anew: by its own word, or because it shrank.
        func isContinued(by reading: Reading) -> Bool {
            if let since, let now = reading.since, since != now { return false }
            return reading.value >= value
        }
    }

    private func known(_ reading: Reading) throws(StoreError) -> Known? {
        find.bind(reading.exporter, at: 1)
        find.bind(Int64(reading.observationDomainID), at: 2)
        find.bind(reading.name, at: 3)
        find.bind(reading.process, at: 4)
        guard try find.step() else { return nil }
        defer { find.reset() }
        return Known(
            row: find.integer(at: 0) ?? 0, since: find.integer(at: 1), time: find.integer(at: 2) ?? 0, value: find.integer(at: 3) ?? 0)
    }

    private func insert(_ reading: Reading) throws(StoreError) -> Int64 {
        insert.clear()
        insert.bind(reading.exporter, at: 1)
        insert.bind(Int64(reading.observationDomainID), at: 2)
        insert.bind(reading.name, at: 3)
        insert.bind(reading.process, at: 4)
        if let node = reading.nodeName { insert.bind(node, at: 5) }
        if let since = reading.since { insert.bind(since, at: 6) }
        insert.bind(reading.time, at: 7)
        insert.bind(reading.value, at: 8)
        return try insert.insertedRow()
    }

    private func replace(_ known: Known, by reading: Reading) throws(StoreError) {
        update.clear()
        if let node = reading.nodeName { update.bind(node, at: 1) }
        if let since = reading.since { update.bind(since, at: 2) }
        update.bind(reading.time, at: 3)
        update.bind(reading.value, at: 4)
        update.bind(known.row, at: 5)
        try update.run()
    }

    private mutating func isGauge(_ name: Int64, using statements: WriterStatements) throws(StoreError) -> Bool {
        if let gauges { return gauges.contains(name) }
        var rows: Set<Int64> = []
        for counter in NodeCounter.allCases where counter.isGauge { rows.insert(try statements.row(ofName: counter.rawValue)) }
        gauges = rows
        return rows.contains(name)
    }
}
