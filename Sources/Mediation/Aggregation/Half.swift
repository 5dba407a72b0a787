// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What one node has told of a connection: its totals, and what of them is stored, by ``FlowCounter``.
struct Half: Sendable {
    private(set) var totals = InlineArray<4, UInt64>(repeating: 0)
    /// The totals at the last stored interval.
    private(set) var stored = InlineArray<4, UInt64>(repeating: 0)
    /// By this node's clock.
    private(set) var start = Timestamp(milliseconds: 0)
    private(set) var end = Timestamp(milliseconds: 0)
    private(set) var isHere = false
    private(set) var hasEnded = false
    /// A bit for each counter that is known, and the last one for an end that is known to the second only.
    private(set) var known: UInt8 = 0
    private static let hasRoughEnd: UInt8 = 1 << 7

    func total(_ counter: FlowCounter) -> UInt64? { total(counter.rawValue) }

    private func total(_ index: Int) -> UInt64? { known >> UInt8(index) & 1 == 1 ? totals[index] : nil }

    func storedTotal(_ counter: FlowCounter) -> UInt64 { stored[counter.rawValue] }

    /// No later than the half ended.
    var earliestEnd: Timestamp { known & Self.hasRoughEnd == 0 ? end : max(start, Timestamp(seconds: end.seconds)) }

    /// What a record brought.
    struct News: OptionSet {
        let rawValue: UInt8
        /// The half itself, or an earlier start of it.
        static let half = Self(rawValue: 1)
        static let growth = Self(rawValue: 2)
    }

    /// Takes in a record. Of a resumed connection's first one only what it counted in its own interval is new.
    @inline(__always)
    mutating func merge(_ next: Measures, isResumed: Bool, beside other: Half) -> News {
        let isFirst = !isHere
        var news: News = observe(start: min(next.start, next.end), end: next.end, isEnd: next.isEnd) ? .half : []
        for index in 0..<4 {
            guard let total = next.total(index, after: self.total(index)) else { continue }
            if isFirst, isResumed, let earlier = next.earlier(index) {
                stored[index] = other.total(index) == nil ? earlier : min(earlier, other.stored[index])
            }
            if raise(index, to: total) { news.insert(.growth) }
        }
        return news
    }

    /// Takes in a record's times.
    ///
    /// - Returns: whether the half, or an earlier start of it, is new.
    mutating func observe(start: Timestamp, end: Timestamp, isEnd: Bool) -> Bool {
        let isNew = !isHere || start < self.start
        self.start = isHere ? min(self.start, start) : start
        if end > self.end { known &= ~Self.hasRoughEnd }
        self.end = isHere ? max(self.end, end) : end
        hasEnded = hasEnded || isEnd
        isHere = true
        return isNew
    }

    /// Raises a total; one that is lower is late or repeated, and changes nothing.
    ///
    /// - Returns: whether it changed.
    private mutating func raise(_ index: Int, to total: UInt64) -> Bool {
        if let known = self.total(index), known >= total { return false }
        known |= 1 << UInt8(index)
        totals[index] = total
        return true
    }

    mutating func keepStored() { stored = totals }

    /// What is left of a half in its last stored interval. The store has its end in whole seconds. That it has ended is told of the connection,
    /// not of which half, so a half is taken to go on until it says again that it does not.
    static func stored(in flow: FlowRecord, _ scope: FlowCounter.Scope, ending endField: FlowField, start: Timestamp) -> Half {
        var half = Half()
        guard let seconds = flow[unsigned: endField] else { return half }
        // One of the halves has the connection's own end, which is stored in milliseconds.
        let end = flow[time: .flowEndMilliseconds].flatMap { $0.seconds == Int64(clamping: seconds) ? $0 : nil }
        _ = half.observe(start: start, end: max(end ?? Timestamp(seconds: Int64(clamping: seconds)), start), isEnd: false)
        for counter in FlowCounter.allCases {
            if let total = flow[unsigned: counter.total(scope)] { _ = half.raise(counter.rawValue, to: total) }
        }
        half.keepStored()
        // One that goes on ended no earlier than this: records of it that begin later, by an exporter that was started again, are its own.
        if flow[unsigned: .flowEndReason] == UInt64(FlowEndReason.endOfFlow.rawValue) { half.known |= hasRoughEnd }
        return half
    }
}
