// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import Glibc
internal import IPFIX

/// `weir flows --follow`: asks again and again for what ended lately, and writes what was not written yet.
///
/// Intervals may be stored some time after their end, so the last minutes are always asked for again; the ids of what was written are kept
/// as long as that.
struct FlowsFollowing {
    let query: FlowsQuery
    let columns: [FlowColumn]
    let isCompact: Bool
    /// Rows after which it ends; nil or 0 for never.
    let limit: Int?
    let output: OutputOptions

    private var written: Set<Int64> = []
    private var count = 0
    private var hasHeader = false

    private static let lookBack = Duration.seconds(300)
    private static let pauseInMilliseconds: UInt32 = 500

    init(query: FlowsQuery, columns: [FlowColumn], isCompact: Bool, limit: Int?, output: OutputOptions) {
        self.query = query
        self.columns = columns
        self.isCompact = isCompact
        self.limit = limit == 0 ? nil : limit
        self.output = output
    }

    mutating func run(on source: any QuerySource, until end: Timestamp?) throws {
        while true {
            let now = Environment.now
            var next = query
            next.range = TimeRange(from: max(query.range.from, now - Self.lookBack), to: end ?? now + .seconds(60))
            if written.isEmpty { next.range = TimeRange(from: query.range.from, to: next.range.to) }
            var table = try source.flows(next)
            table.rows = table.rows.reversed().filter { $0[0].integer.map { !written.contains($0) } ?? false }
            if let limit { table.rows = Array(table.rows.prefix(limit - count)) }
            try write(table)
            count += table.rows.count
            for row in table.rows { if let id = row[0].integer { written.insert(id) } }
            forget(before: next.range.from)
            if let limit, count >= limit { return }
            if let end, now >= end { return }
            usleep(Self.pauseInMilliseconds * 1000)
        }
    }

    /// Ids begin with the second of the interval's end.
    private mutating func forget(before time: Timestamp) {
        let first = TimeRange(from: time, to: time).firstID
        written = written.filter { $0 >= first }
    }

    private mutating func write(_ table: ResultTable) throws {
        guard !table.rows.isEmpty else { return }
        let flows = FlowsAnswer(columns: columns, table: table, range: query.range, numbers: output.numbers)
        var octets: [UInt8]
        switch output.format {
        case .ndjson: octets = flows.answer.ndjson
        case .csv:
            octets = CSVText(flows.answer.table, hasHeader: !hasHeader).octets
        case _ where isCompact: octets = Array(CompactFlow.lines(of: table, output.numbers).map { $0 + "\n" }.joined().utf8)
        default:
            let lines = flows.answer.text.lines(
                width: Environment.lineWidth, isColored: output.isColored, isContinued: hasHeader)
            octets = Array(lines.map { $0 + "\n" }.joined().utf8)
        }
        hasHeader = true
        try Output.answer(octets)
    }
}
