// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Finds the gaps in a ledger that is read minute by minute. Memory grows with exporters and gaps, not with the range.
///
/// ```
///   range             ├───────────────────────────────┤
///   anybody      ─────────────────────────┐             nothingAfter
///   exporter a   ──────────┤ lost ├───────┤
///   exporter b   ────────────────┤ silent ┤
/// ```
///
/// An exporter is expected from its first minute, looked for from an hour before the range, up to the last minute of which anybody told.
struct CompletenessScan {
    struct Row {
        let minute: Int64
        let exporter: String
        let observationDomainID: Int64
        let nodeName: String?
        let losses: Completeness.Losses
    }

    /// A time at which no aggregator was there.
    struct Pause {
        let from: Timestamp
        let to: Timestamp
        let away: Completeness.Gap.Away
    }

    private struct Source: Hashable {
        let exporter: String
        let observationDomainID: Int64
    }

    private struct Progress {
        var nodeName: String?
        /// The minute after the last that was seen.
        var expected: Int64
        /// The index of a gap that the next minute may continue.
        var openGap: Int?
        var isInRange = false
    }

    static let minute: Int64 = 60_000
    /// How long before the range exporters are looked for that should report in it.
    static let lookBack: Int64 = 60 * minute
    /// The ledger may lag by the minute in progress and by the writer's batch.
    private static let grace: Int64 = 2 * minute

    private let range: TimeRange
    private let firstMinute: Int64
    private var progress: [Source: Progress] = [:]
    private var gaps: [Completeness.Gap] = []
    private var earliest: Int64?
    private var horizon: Int64?
    /// The aggregator's own entry: it is no exporter, and its silence is told by its runs.
    private var aggregator = Progress(expected: 0)
    private var pauses: [Pause] = []

    init(_ range: TimeRange) {
        self.range = range
        firstMinute = range.from.milliseconds - range.from.milliseconds % Self.minute
    }

    /// Rows come in order of time.
    mutating func add(_ row: Row) {
        let source = Source(exporter: row.exporter, observationDomainID: row.observationDomainID)
        guard row.exporter != ExporterMinute.aggregator else {
            guard row.minute >= firstMinute else { return }
            var state = aggregator
            addLosses(row, of: source, &state)
            aggregator = state
            return
        }
        var state = progress[source] ?? Progress(expected: row.minute)
        state.nodeName = row.nodeName ?? state.nodeName
        if row.minute >= firstMinute {
            addSilence(of: source, &state, until: row.minute)
            addLosses(row, of: source, &state)
            state.isInRange = true
            horizon = row.minute + Self.minute
        }
        if earliest == nil { earliest = row.minute }
        state.expected = row.minute + Self.minute
        progress[source] = state
    }

    /// Pauses come in order of time.
    mutating func add(_ pause: Pause) { pauses.append(pause) }

    mutating func end() -> Completeness {
        var result = Completeness()
        result.exporters = progress.values.count { $0.isInRange }
        guard let horizon, let earliest else { return result }
        for (source, var state) in progress { addSilence(of: source, &state, until: horizon) }
        addPauses()
        if earliest >= firstMinute + Self.minute { result.nothingBefore = Timestamp(milliseconds: earliest) }
        if horizon + Self.grace < range.to.milliseconds { result.nothingAfter = Timestamp(milliseconds: horizon) }
        result.gaps = gaps.sorted { ($0.from, $0.exporter, $0.observationDomainID) < ($1.from, $1.exporter, $1.observationDomainID) }
        return result
    }

    private mutating func addSilence(of source: Source, _ state: inout Progress, until minute: Int64) {
        let from = max(state.expected, firstMinute)
        guard minute > from else { return }
        state.openGap = nil
        gaps.append(gap(of: source, state, from: from, to: minute, .silent))
    }

    /// Who sends over streams sends again what was not taken; datagrams that nobody receives are lost.
    private mutating func addPauses() {
        let hasDatagrams = progress.keys.contains { $0.exporter.hasPrefix("udp:") || $0.exporter.hasPrefix("dtls:") }
        for pause in pauses where pause.away == .broken || hasDatagrams {
            gaps.append(
                Completeness.Gap(
                    exporter: ExporterMinute.aggregator, observationDomainID: 0, nodeName: nil, from: pause.from, to: pause.to,
                    cause: .away(pause.away)))
        }
    }

    private mutating func addLosses(_ row: Row, of source: Source, _ state: inout Progress) {
        guard !row.losses.isNone else {
            state.openGap = nil
            return
        }
        if let open = state.openGap, case .counted(let losses) = gaps[open].cause {
            gaps[open].to = Timestamp(milliseconds: row.minute + Self.minute)
            gaps[open].cause = .counted(losses + row.losses)
        } else {
            state.openGap = gaps.count
            gaps.append(gap(of: source, state, from: row.minute, to: row.minute + Self.minute, .counted(row.losses)))
        }
    }

    private func gap(
        of source: Source, _ state: Progress, from: Int64, to: Int64, _ cause: Completeness.Gap.Cause
    ) -> Completeness.Gap {
        Completeness.Gap(
            exporter: source.exporter, observationDomainID: source.observationDomainID, nodeName: state.nodeName,
            from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to), cause: cause)
    }
}

extension Completeness.Losses {
    /// Saturates, as the ledger does.
    static func + (a: Self, b: Self) -> Self {
        var result = a
        for (_, path) in all {
            let (sum, overflow) = a[keyPath: path].addingReportingOverflow(b[keyPath: path])
            result[keyPath: path] = overflow ? .max : sum
        }
        return result
    }
}
