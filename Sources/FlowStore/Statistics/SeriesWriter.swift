// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Stores observations of rules, or of ports, by the rule of totals.
///
/// ```
///   total    100 ──────── 130 ──────── (lost) ──────── 190 ──────── 10
///   delta          30            20             40            10         as the exporter tells
///   stored         30                           60            10         the larger of delta and growth of the total
/// ```
struct SeriesWriter {
    private let layout: SeriesLayout
    private let find: Statement
    private let insert: Statement
    private let update: Statement
    private let append: Statement
    private let last: Statement
    private var sequence = IntervalSequence()

    init(_ layout: SeriesLayout, _ connection: Connection) throws(StoreError) {
        self.layout = layout
        find = try Statement(connection, layout.find)
        insert = try Statement(connection, layout.insert)
        update = try Statement(connection, layout.update)
        append = try Statement(connection, layout.append)
        last = try Statement(connection, layout.last)
    }

    private struct Series {
        let row: Int64
        var time: Int64?
        var totals: [Int64?]
    }

    /// - Returns: false for an observation that is not later than the last one of the same thing; it was not stored.
    mutating func store(
        _ record: StatisticsRecord, at time: Timestamp, names: inout NameRows, using statements: WriterStatements,
        _ result: inout WriteResult
    ) throws(StoreError) -> Bool {
        let series = try series(of: record, names: &names, using: statements, &result)
        if let last = series.time, time.milliseconds <= last { return false }
        let totals = layout.totals.map { record[unsigned: $0.field].map(Int64.init(clamping:)) }
        let growths = layout.growths.map { growth in
            Self.growth(
                told: record[unsigned: growth.field].map(Int64.init(clamping:)), from: series.totals[growth.total], to: totals[growth.total]
            )
        }
        try append(to: series, record, at: time, totals, growths)
        update.clear()
        update.bind(time.milliseconds, at: 1)
        bind(totals, to: update, from: 2)
        update.bind(series.row, at: Int32(2 + totals.count))
        try update.run()
        return true
    }

    /// What was given out may be free again.
    mutating func rollBack() {
        sequence.rollBack()
    }

    /// The larger of what the exporter tells and what the total grew by since it was stored; a total that shrank began anew.
    static func growth(told: Int64?, from before: Int64?, to total: Int64?) -> Int64? {
        guard let before, let total else { return told }
        let sinceStored = total >= before ? total - before : nil
        guard let told else { return sinceStored ?? total }
        return max(told, sinceStored ?? 0)
    }

    private func series(
        of record: StatisticsRecord, names: inout NameRows, using statements: WriterStatements, _ result: inout WriteResult
    ) throws(StoreError) -> Series {
        var identity: [Int64?] = []
        for definition in layout.identity { identity.append(try value(definition, of: record, &names, statements, &result)) }
        find.clear()
        bind(identity, to: find, from: 1)
        if try find.step() {
            let row = find.integer(at: 0) ?? 0
            let totals = layout.totals.indices.map { find.integer(at: Int32(2 + $0)) }
            let series = Series(row: row, time: find.integer(at: 1), totals: totals)
            find.reset()
            return series
        }
        insert.clear()
        bind(identity, to: insert, from: 1)
        return Series(row: try insert.insertedRow(), time: nil, totals: layout.totals.map { _ in nil })
    }

    private func value(
        _ definition: StatisticsFieldDefinition, of record: StatisticsRecord, _ names: inout NameRows, _ statements: WriterStatements,
        _ result: inout WriteResult
    ) throws(StoreError) -> Int64? {
        guard definition.kind == .name else { return record[unsigned: definition.field].map(Int64.init(clamping:)) }
        guard let id = record[name: definition.field] else { return nil }
        let row = try names.row(of: id, using: statements)
        if row == nil { result.unknownNames += 1 }
        return row
    }

    private mutating func append(
        to series: Series, _ record: StatisticsRecord, at time: Timestamp, _ totals: [Int64?], _ growths: [Int64?]
    ) throws(StoreError) {
        append.clear()
        append.bind(try sequence.id(ofSecond: time.seconds, last: lastObservation), at: 1)
        append.bind(series.row, at: 2)
        append.bind(time.milliseconds, at: 3)
        if let start = start(of: record, after: series, growths) { append.bind(start, at: 4) }
        bind(totals, to: append, from: 5)
        bind(growths, to: append, from: Int32(5 + totals.count))
        try append.run()
    }

    /// From when the growths count: the exporter's word, unless more is stored than it tells. Then an observation in between was lost.
    private func start(of record: StatisticsRecord, after series: Series, _ growths: [Int64?]) -> Int64? {
        let told = record[time: .monitoringIntervalStartMilliSeconds]?.milliseconds
        let isMore = zip(layout.growths, growths).contains { growth, stored in
            (stored ?? 0) > Int64(clamping: record[unsigned: growth.field] ?? 0)
        }
        guard let time = series.time, isMore else { return told }
        return min(time, told ?? time)
    }

    private func lastObservation(in range: ClosedRange<Int64>) throws(StoreError) -> Int64? {
        last.bind(range.lowerBound, at: 1)
        last.bind(range.upperBound, at: 2)
        return try last.firstInteger()
    }

    private func bind(_ values: [Int64?], to statement: Statement, from first: Int32) {
        for (offset, value) in values.enumerated() {
            if let value { statement.bind(value, at: first + Int32(offset)) }
        }
    }
}
