// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import Glibc
internal import IPFIX

/// Writes flows in a format. A row is the connection, then `ExportRun.fields`.
protocol FlowFileWriter {
    /// What comes before the first flow.
    mutating func begin(_ columns: [String]) throws -> [UInt8]
    /// - Returns: octets that are ready; nil for a flow that has no place in the format.
    mutating func write(_ row: ArraySlice<ResultValue>) throws -> [UInt8]?
    mutating func finish() throws -> [UInt8]
}

/// Copies the intervals of a range from a store to a file.
struct ExportRun {
    let reader: FlowReader
    let range: TimeRange
    let filter: FlowFilter?
    private(set) var flows = 0
    private(set) var flowsWithoutPlace = 0
    private var span: ClosedRange<Timestamp>?
    private var shown = 0

    /// All that is stored; what the views compute from it is computed again.
    static let fields = FlowSchema.fields.filter { if case .derived = $0.storage { false } else { true } }.map(\.field)

    private static let rowsAtOnce = 5000

    init(reader: FlowReader, range: TimeRange, filter: FlowFilter?) {
        self.filter = filter
        self.reader = reader
        self.range = range
    }

    mutating func write(_ writer: some FlowFileWriter, to target: ExportTarget) throws {
        var writer = writer
        try target.write(try writer.begin(["connection"] + Self.fields.map(FlowSchema.name(of:))))
        let stored = try reader.storedSpan()
        var last: Int64?
        while true {
            let table = try reader.nextFlows(Self.fields, in: range, where: filter, after: last, limit: Self.rowsAtOnce)
            for row in table.rows {
                if let octets = try writer.write(row.dropFirst()) {
                    flows += 1
                    try target.write(octets)
                } else {
                    flowsWithoutPlace += 1
                }
            }
            guard let first = table.rows.first?[0].integer, let end = table.rows.last?[0].integer else { break }
            note(FlowReader.end(ofInterval: first), FlowReader.end(ofInterval: end), of: stored)
            last = end
            if table.rows.count < Self.rowsAtOnce { break }
        }
        try target.write(try writer.finish())
        endProgress()
    }

    private mutating func note(_ first: Timestamp, _ last: Timestamp, of stored: ClosedRange<Timestamp>?) {
        span = min(span?.lowerBound ?? first, first)...max(span?.upperBound ?? last, last)
        guard let stored, Environment.isTerminal(STDERR_FILENO) else { return }
        let (from, to) = (max(range.from, stored.lowerBound), min(range.to, stored.upperBound))
        let percent = (last - from).wholeMilliseconds * 100 / max(1, (to - from).wholeMilliseconds)
        guard percent > shown, percent < 100 else { return }
        shown = Int(percent)
        Output.write(Array("\r\(percent) % ".utf8), to: STDERR_FILENO)
    }

    private func endProgress() {
        if shown > 0 { Output.write(Array("\r      \r".utf8), to: STDERR_FILENO) }
    }

    var summary: String {
        var text = plural(flows, "interval") + " written"
        if let span { text += ", that ended from \(LocalTime.dateAndTime(span.lowerBound)) to \(LocalTime.dateAndTime(span.upperBound))" }
        if flowsWithoutPlace > 0 { text += "; \(flowsWithoutPlace) have values that the format has no place for, and were left out" }
        return text
    }
}
