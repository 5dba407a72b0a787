// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore

/// Lays out the answer to `weir flows`.
struct FlowsAnswer {
    let columns: [FlowColumn]
    /// The id, the connection, then at least `fields(of: columns)`.
    let table: ResultTable
    let range: TimeRange
    let numbers: NumberStyle

    private static let counters: [FlowField] = [.octetDeltaCount, .reverseOctetDeltaCount, .packetDeltaCount, .reversePacketDeltaCount]

    /// The fields of columns, each once.
    private static func shown(_ columns: [FlowColumn]) -> [FlowField] { columns.flatMap(\.fields).unique }

    /// What has to be read: what is shown, and what is needed for the sums.
    static func fields(of columns: [FlowColumn]) -> [FlowField] {
        (columns.flatMap(\.fields) + counters + [.observation]).unique
    }

    private func value(of field: FlowField, in row: [ResultValue]) -> ResultValue {
        table.columns.firstIndex(of: FlowSchema.name(of: field)).map { row[$0] } ?? .null
    }

    var answer: Answer {
        let shown = Self.shown(columns)
        var data = ResultTable(columns: shown.map(FlowSchema.name(of:)), isTruncated: table.isTruncated)
        // What is shown stands first, behind the ids.
        data.rows = table.rows.map { Array($0.dropFirst(2).prefix(shown.count)) }
        var answer = Answer(command: "flows", table: data, text: text)
        answer.range = range
        answer.sums = [("totals", .object(totals)), ("truncated", .flag(table.isTruncated))]
        answer.remarks = [remark]
        return answer
    }

    private var text: TextTable {
        var text = TextTable(
            columns: columns.map {
                TextTable.Column(title: $0.title, alignment: $0.alignment, isElastic: $0.isWhole ? false : nil, rank: $0.rank)
            })
        let places = columns.map { column in column.fields.map { table.columns.firstIndex(of: FlowSchema.name(of: $0)) ?? 0 } }
        text.rows = table.rows.map { row in zip(columns, places).map { column, places in column.text(places.map { row[$0] }, numbers) } }
        return text
    }

    /// The different connections of the rows, with their observation.
    private var connections: [Int64: Int64?] {
        var connections: [Int64: Int64?] = [:]
        for row in table.rows { connections.updateValue(value(of: .observation, in: row).integer, forKey: row[1].integer ?? 0) }
        return connections
    }

    /// Of the connections that are shown.
    var halves: ObservedHalves {
        connections.values.reduce(into: ObservedHalves()) { $0.count(observation: $1) }
    }

    private func sum(_ field: FlowField) -> UInt64? {
        table.rows.compactMap { value(of: field, in: $0).integer }.reduce(nil as UInt64?) { sum, value in
            let (result, overflow) = (sum ?? 0).addingReportingOverflow(UInt64(clamping: value))
            return overflow ? .max : result
        }
    }

    private var withoutCounters: Int { table.rows.count { row in Self.counters.allSatisfy { value(of: $0, in: row) == .null } } }

    private var totals: [(String, JSONValue)] {
        [("intervals", .number(table.rows.count)), ("connections", .number(connections.count))]
            + Self.counters.map { (FlowSchema.name(of: $0), .plain(sum($0).map { .integer(Int64(clamping: $0)) } ?? .null)) }
            + [("intervalsWithoutCounters", .number(withoutCounters))]
    }

    private var remark: String {
        let newest = table.isTruncated ? "the newest " : ""
        let unknown = withoutCounters > 0 ? "; \(withoutCounters) had no counters" : ""
        return "\(newest)\(plural(table.rows.count, "interval")) of \(plural(connections.count, "connection")) \(range.text): "
            + "\(numbers.octets(sum(.octetDeltaCount))), reverse \(numbers.octets(sum(.reverseOctetDeltaCount)))\(unknown)"
            + (table.isTruncated ? "; --limit shows more" : "")
    }
}
