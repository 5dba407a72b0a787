// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// How the fields of an interval lie in `interval` and `interval_side`: what follows from other columns is not stored. The migration v5
/// draws `shape`.
enum IntervalLayout {
    /// The four counters in the order of the columns.
    static let counters: [FlowCounter] = [.octets, .reverseOctets, .packets, .reversePackets]

    /// The columns of `interval`, in the order in which the writer gives their values.
    static let columns =
        ["id", "connection"] + counters.map { FlowSchema.name(of: $0.delta(.common)) }
        + ["duration", "shape", "endOffset", "flowEndReason", "tcpState", "sourceLag", "destinationLag"]
        + counters.map { FlowSchema.name(of: $0.total(.common)) }

    /// Parameters: the interval, the side, four deltas, four totals, two throughputs, the end.
    static let insertSide = """
        INSERT INTO interval_side (interval, side, \(names(of: counters.map { $0.delta(.common) })),
          \(names(of: counters.map { $0.total(.common) })), throughput, reverseThroughput, flowEndSeconds)
        VALUES (\(StoreLayout.parameters(13)))
        """

    static let isFirst: Int64 = 1 << 6
    static let isThroughputComputed: Int64 = 1 << 5
    static let areTotalsDeltas: Int64 = 1 << 4

    /// What `shape` says of a node's counts.
    enum SideState: Int64 { case unknown, same, stored }

    enum Side: Int64 {
        case none, source, destination

        init(_ scope: FlowCounter.Scope) {
            switch scope {
            case .common: self = .none
            case .sourceNode: self = .source
            case .destinationNode: self = .destination
            }
        }

        var shift: Int64 { self == .destination ? 2 : 0 }
    }

    /// The end of the interval before, in milliseconds; NULL for a first one.
    static let previousEnd = "CASE WHEN interval.shape & \(isFirst) THEN NULL ELSE \(end) - interval.duration END"

    private static let end = "((interval.id >> \(IntervalID.sequenceBits)) * 1000 + interval.endOffset)"

    /// The SQL of a field of an interval as it is stored, in a statement that reads `interval`.
    static func expression(of field: FlowField) -> String { expressions[field] ?? "interval.\(FlowSchema.name(of: field))" }

    private static let expressions: [FlowField: String] = {
        var expressions: [FlowField: String] = [.flowEndMilliseconds: end]
        for counter in counters {
            let (delta, total) = (FlowSchema.name(of: counter.delta(.common)), FlowSchema.name(of: counter.total(.common)))
            expressions[counter.delta(.common)] = "interval.\(delta)"
            expressions[counter.total(.common)] =
                "CASE WHEN interval.shape & \(areTotalsDeltas) THEN interval.\(delta) ELSE interval.\(total) END"
        }
        for (field, delta) in [(FlowField.throughput, "octetDeltaCount"), (.reverseThroughput, "reverseOctetDeltaCount")] {
            let name = FlowSchema.name(of: field)
            expressions[field] =
                "CASE WHEN interval.shape & \(isThroughputComputed) THEN interval.\(delta) * 8000 / iif(interval.duration > 0, interval.duration, NULL) "
                + "ELSE \(stored(name, .none)) END"
        }
        for scope in [FlowCounter.Scope.sourceNode, .destinationNode] {
            let side = Side(scope)
            let fields = counters.flatMap { [($0.delta(scope), $0.delta(.common)), ($0.total(scope), $0.total(.common))] }
            for (field, common) in fields + throughputs(scope) {
                expressions[field] = choice(side, same: expressions[common] ?? "NULL", stored: FlowSchema.name(of: common))
            }
            let lag = side == .source ? "interval.sourceLag" : "interval.destinationLag"
            expressions[end(scope)] = choice(side, same: "(\(end)) / 1000 - \(lag)", stored: "flowEndSeconds")
        }
        return expressions
    }()

    static func throughputs(_ scope: FlowCounter.Scope) -> [(FlowField, FlowField)] {
        switch scope {
        case .common: [(.throughput, .throughput), (.reverseThroughput, .reverseThroughput)]
        case .sourceNode: [(.throughputFromSourceNode, .throughput), (.reverseThroughputFromSourceNode, .reverseThroughput)]
        case .destinationNode: [(.throughputFromDestinationNode, .throughput), (.reverseThroughputFromDestinationNode, .reverseThroughput)]
        }
    }

    static func end(_ scope: FlowCounter.Scope) -> FlowField {
        scope == .sourceNode ? .flowEndSecondsFromSourceNode : .flowEndSecondsFromDestinationNode
    }

    private static func choice(_ side: Side, same: String, stored column: String) -> String {
        "CASE interval.shape >> \(side.shift) & 3 WHEN 1 THEN \(same) WHEN 2 THEN \(stored(column, side)) END"
    }

    private static func stored(_ column: String, _ side: Side) -> String {
        "(SELECT interval_side.\(column) FROM interval_side WHERE interval_side.interval = interval.id AND interval_side.side = \(side.rawValue))"
    }

    private static func names(of fields: [FlowField]) -> String { fields.map(FlowSchema.name(of:)).joined(separator: ", ") }
}
