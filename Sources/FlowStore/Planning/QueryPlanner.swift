// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Chooses what a question is answered from.
///
/// Sums add up over time, but the number of different connections does not. A row of sums tells in which period its connections' intervals
/// before ended: a connection is counted in the first period of the range that it was in, that is where the one before ended ahead of the
/// range. Where the range begins within a period, rows that lead back to that very period could be either. `rollup_period` has the earliest
/// second that a period leads back to: up to the last one that leads ahead of the range, finer rows are read.
struct QueryPlanner {
    private let states: [Resolution: State]
    private let ambiguous: Statement

    private struct State {
        /// The first second that is in no sum yet.
        var complete: Int64 = .max
        var oldest: Int64 = 0
    }

    init(_ connection: Connection) throws(StoreError) {
        let select = try Statement(connection, "SELECT name, complete, oldest FROM resolution")
        var states: [Resolution: State] = [:]
        while try select.step() {
            guard let name = select.text(at: 0), let resolution = Resolution.allCases.first(where: { $0.name == name }) else { continue }
            var state = State(oldest: (select.integer(at: 2) ?? 0) * resolution.seconds)
            if resolution != .flows { state.complete = (select.integer(at: 1) ?? 0) * resolution.seconds }
            states[resolution] = state
        }
        self.states = states
        ambiguous = try Statement(
            connection,
            """
            SELECT max(period)
            FROM rollup_period
            WHERE resolution = ? AND period > ? AND period < ? AND earliest < ?
            """)
    }

    /// - Parameters:
    ///   - finest: the coarsest resolution that may be used; `.flows` for single intervals only.
    ///   - range: in seconds.
    /// - Returns: what to read, in order of time, and what of the range that answers.
    func plan(_ range: Range<Int64>, coarsest: Resolution) throws(StoreError) -> (segments: [PlannedSegment], range: Range<Int64>) {
        let resolutions = Resolution.rollups.filter { $0 <= coarsest }
        let lower = kept(range.lowerBound, resolutions, .down)
        let answered = lower..<max(lower, kept(range.upperBound, resolutions, .up))
        return (try cover(answered, of: answered, resolutions[...]), answered)
    }

    private enum Rounding { case down, up }

    /// A moment, or the beginning or end of the period that it is in of the finest resolution that still has it.
    private func kept(_ second: Int64, _ resolutions: [Resolution], _ rounding: Rounding) -> Int64 {
        let all = [.flows] + resolutions
        let finest = all.first { second >= oldest($0) }
        guard let finest else {
            // Nothing has it: where the oldest begins.
            return rounding == .up ? second : all.map(oldest).min() ?? second
        }
        return rounding == .down ? second.rounded(down: finest.seconds) : second.rounded(up: finest.seconds)
    }

    private func oldest(_ resolution: Resolution) -> Int64 { states[resolution]?.oldest ?? 0 }

    private func cover(_ range: Range<Int64>, of whole: Range<Int64>, _ resolutions: ArraySlice<Resolution>) throws(StoreError)
        -> [PlannedSegment]
    {
        guard !range.isEmpty else { return [] }
        guard let coarsest = resolutions.last else { return [PlannedSegment(resolution: .flows, seconds: range)] }
        let finer = resolutions.dropLast()
        let usable = try usable(coarsest, in: range, of: whole)
        if usable.isEmpty { return try cover(range, of: whole, finer) }
        return try cover(range.lowerBound..<usable.lowerBound, of: whole, finer)
            + [PlannedSegment(resolution: coarsest, seconds: usable)]
            + cover(usable.upperBound..<range.upperBound, of: whole, finer)
    }

    private func usable(_ resolution: Resolution, in range: Range<Int64>, of whole: Range<Int64>) throws(StoreError) -> Range<Int64> {
        let state = states[resolution] ?? State(complete: 0)
        let upper = min(range.upperBound, state.complete).rounded(down: resolution.seconds)
        var lower = max(range.lowerBound, state.oldest).rounded(up: resolution.seconds)
        if lower < upper, whole.lowerBound % resolution.seconds != 0 {
            ambiguous.clear()
            try ambiguous.bind(resolution.name, at: 1)
            ambiguous.bind(whole.lowerBound / resolution.seconds, at: 2)
            ambiguous.bind(upper / resolution.seconds, at: 3)
            ambiguous.bind(whole.lowerBound, at: 4)
            if let last = try ambiguous.firstInteger() { lower = max(lower, (last + 1) * resolution.seconds) }
        }
        return lower < upper ? lower..<upper : lower..<lower
    }
}

extension Int64 {
    /// To a multiple, towards zero or away from it; of numbers that are not negative.
    func rounded(down step: Int64) -> Int64 { self - self % step }

    func rounded(up step: Int64) -> Int64 {
        let remainder = self % step
        return remainder == 0 ? self : self > .max - step ? .max : self + step - remainder
    }
}

extension Resolution {
    /// The coarsest that has all of some fields.
    static func coarsest(having fields: some Sequence<FlowField>) -> Resolution {
        fields.allSatisfy { isKept($0) } ? .day : .flows
    }

    private static func isKept(_ field: FlowField) -> Bool {
        switch FlowSchema.definition(of: field).storage {
        case .conversation: true
        case .connection, .interval: false
        case .derived(let expression):
            FlowSchema.field(named: String(expression.prefix { $0 != " " })).map(isKept) ?? false
        }
    }
}

extension TimeRange {
    /// Whole seconds, as ids count them.
    var wholeSeconds: Range<Int64> {
        identifiers.lowerBound >> IntervalID.sequenceBits..<identifiers.upperBound >> IntervalID.sequenceBits
    }

    init(wholeSeconds range: Range<Int64>) {
        self.init(from: Timestamp(seconds: range.lowerBound), to: Timestamp(seconds: range.upperBound))
    }
}
