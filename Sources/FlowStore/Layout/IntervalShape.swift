// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What one observer, or both together, counted of an interval: four deltas, four totals, two throughputs, in the order of the columns.
struct IntervalCounts: Equatable {
    /// Stands for NULL; no value of a counter can be.
    static let unknown = PendingRows.null

    private var values = InlineArray<10, Int64>(repeating: unknown)

    typealias Fields = InlineArray<10, FlowField>

    static func fields(of scope: FlowCounter.Scope) -> Fields {
        let counters = IntervalLayout.counters
        let fields = counters.map { $0.delta(scope) } + counters.map { $0.total(scope) } + IntervalLayout.throughputs(scope).map(\.0)
        return Fields { fields[$0] }
    }

    /// - Parameter fields: those of a scope.
    init(_ intervals: Span<FlowInterval>, _ index: Int, _ fields: Fields) {
        for number in 0..<10 {
            if let value = intervals.unsigned(fields[number], at: index) { values[number] = Int64(clamping: value) }
        }
    }

    subscript(index: Int) -> Int64 { values[index] }

    var deltas: InlineArray<4, Int64> { [values[0], values[1], values[2], values[3]] }

    var isUnknown: Bool {
        for index in 0..<10 where values[index] != Self.unknown { return false }
        return true
    }

    var areTotalsDeltas: Bool {
        for index in 0..<4 where values[index] != values[index + 4] { return false }
        return true
    }

    /// Whether both throughputs are what SQL makes of the deltas.
    ///
    /// - Parameter duration: milliseconds; 0 if unknown.
    func isThroughputComputed(over duration: Int64) -> Bool {
        for index in 0..<2 {
            let octets = values[index]
            guard octets != Self.unknown, duration > 0 else {
                if values[index + 8] != Self.unknown { return false }
                continue
            }
            guard octets <= Int64.max / 8000, values[index + 8] == octets * 8000 / duration else { return false }
        }
        return true
    }

    static func == (a: Self, b: Self) -> Bool {
        for index in 0..<10 where a.values[index] != b.values[index] { return false }
        return true
    }
}

/// How an interval is laid out: what of it has to be stored, and what follows from that.
struct IntervalShape {
    let common: IntervalCounts
    /// Milliseconds; nil when it is not known.
    let duration: Int64?
    /// The end of the interval before, in seconds; nil for a first one.
    let previousSecond: Int64?
    private(set) var bits: Int64 = 0
    private(set) var sourceLag: Int64?
    private(set) var destinationLag: Int64?
    private(set) var source: IntervalCounts?
    private(set) var destination: IntervalCounts?

    /// Ends of a node's records that are further away are stored as they are.
    private static let maximumLag: Int64 = 1 << 40

    private static let commonFields = IntervalCounts.fields(of: .common)
    private static let sourceFields = IntervalCounts.fields(of: .sourceNode)
    private static let destinationFields = IntervalCounts.fields(of: .destinationNode)

    /// Of the interval at a place in a batch.
    init(_ intervals: Span<FlowInterval>, _ index: Int, end: Timestamp, previousEnd: Timestamp?) {
        common = IntervalCounts(intervals, index, Self.commonFields)
        var length: Int64?
        if let begin = previousEnd ?? intervals[index].record[time: .flowStartMilliseconds] {
            length = end.milliseconds.subtractingReportingOverflow(begin.milliseconds).partialValue
        }
        // What no duration explains is stored beside the interval; a first one needs no other use of its duration.
        var isComputed = common.isThroughputComputed(over: length ?? 0)
        if previousEnd == nil, !isComputed, common.isThroughputComputed(over: 0) { (length, isComputed) = (nil, true) }
        duration = length
        previousSecond = previousEnd?.seconds
        if previousEnd == nil { bits |= IntervalLayout.isFirst }
        if isComputed { bits |= IntervalLayout.isThroughputComputed }
        if common.areTotalsDeltas { bits |= IntervalLayout.areTotalsDeltas }
        (source, sourceLag) = add(
            .source, IntervalCounts(intervals, index, Self.sourceFields), intervals[index].record[unsigned: .flowEndSecondsFromSourceNode],
            end)
        (destination, destinationLag) = add(
            .destination, IntervalCounts(intervals, index, Self.destinationFields),
            intervals[index].record[unsigned: .flowEndSecondsFromDestinationNode], end)
    }

    /// - Returns: the counts if they have to be stored; the lag.
    private mutating func add(_ side: IntervalLayout.Side, _ counts: IntervalCounts, _ sideEnd: UInt64?, _ end: Timestamp)
        -> (IntervalCounts?, Int64?)
    {
        let lag = sideEnd.map { end.milliseconds / 1000 &- Int64(clamping: $0) }
        let isLagSmall = lag.map { abs($0.clamped) < Self.maximumLag } ?? true
        if counts.isUnknown, lag == nil { return (nil, nil) }
        let state: IntervalLayout.SideState = counts == common && isLagSmall ? .same : .stored
        bits |= state.rawValue << side.shift
        return state == .same ? (nil, lag) : (counts, nil)
    }
}

extension Int64 {
    /// So that its magnitude is one as well.
    fileprivate var clamped: Int64 { Swift.max(self, -.max) }
}
