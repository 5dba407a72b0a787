// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What a record tells of its connection that moves with time. Small enough to be handed around, which a whole record is not.
struct Measures: Sendable {
    let start: Timestamp
    var end: Timestamp
    /// By ``FlowCounter``, as the growth is.
    private(set) var totals = InlineArray<4, UInt64>(repeating: 0)
    private(set) var growths = InlineArray<4, UInt64>(repeating: 0)
    private(set) var knownTotals: UInt8 = 0
    private(set) var knownGrowths: UInt8 = 0
    private(set) var endReason: UInt8?
    private(set) var tcpState: NameID?
    let isDenied: Bool

    /// - Parameter index: of the record, which is read where it lies.
    init(of index: Int, in flows: Span<FlowRecord>, start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
        isDenied = flows[index].isDenied
        endReason = flows[index][unsigned: .flowEndReason].map { UInt8(clamping: $0) }
        tcpState = flows[index][name: .tcpState]
        note(.packets, flows[index][unsigned: .packetTotalCount], flows[index][unsigned: .packetDeltaCount])
        note(.octets, flows[index][unsigned: .octetTotalCount], flows[index][unsigned: .octetDeltaCount])
        note(.reversePackets, flows[index][unsigned: .reversePacketTotalCount], flows[index][unsigned: .reversePacketDeltaCount])
        note(.reverseOctets, flows[index][unsigned: .reverseOctetTotalCount], flows[index][unsigned: .reverseOctetDeltaCount])
    }

    @inline(__always)
    private mutating func note(_ counter: FlowCounter, _ total: UInt64?, _ growth: UInt64?) {
        totals[counter.rawValue] = total ?? 0
        growths[counter.rawValue] = growth ?? 0
        knownTotals |= (total == nil ? 0 : 1) << UInt8(counter.rawValue)
        knownGrowths |= (growth == nil ? 0 : 1) << UInt8(counter.rawValue)
    }

    /// Whether it is the last of its connection, by its node's word.
    var isEnd: Bool { endReason == FlowEndReason.endOfFlow.rawValue }

    func total(_ index: Int) -> UInt64? { knownTotals >> UInt8(index) & 1 == 1 ? totals[index] : nil }

    func growth(_ index: Int) -> UInt64? { knownGrowths >> UInt8(index) & 1 == 1 ? growths[index] : nil }

    /// The total that is told; of one that only counts growth, the sum with what is known.
    func total(_ index: Int, after known: UInt64?) -> UInt64? {
        if let total = total(index) { return total }
        guard let growth = growth(index) else { return nil }
        let (sum, overflow) = (known ?? 0).addingReportingOverflow(growth)
        return overflow ? .max : sum
    }

    /// What was counted before the record's own interval; nil when it does not tell both.
    func earlier(_ index: Int) -> UInt64? {
        guard let total = total(index), let growth = growth(index) else { return nil }
        return total - min(total, growth)
    }

    /// What the record would have told at a time between its connection's last one and its own, if the growth in between were even.
    ///
    /// Counters that tell no total, or one that did not grow, are left to the record itself, as are the state and the end.
    func share(after half: Half, until time: Timestamp) -> Measures {
        var share = self
        share.end = time
        share.endReason = nil
        share.tcpState = nil
        share.knownGrowths = 0
        let (elapsed, whole) = ((time - half.end).wholeMilliseconds, (end - half.end).wholeMilliseconds)
        for counter in FlowCounter.allCases {
            let index = counter.rawValue
            guard let total = total(index), let before = half.total(counter), total > before, 0 < elapsed, elapsed < whole else {
                share.knownTotals &= ~(1 << UInt8(index))
                continue
            }
            let product = (total - before).multipliedFullWidth(by: UInt64(elapsed))
            share.totals[index] = before + UInt64(whole).dividingFullWidth(product).quotient
        }
        return share
    }
}

extension Timestamp {
    /// How far apart two times are, in milliseconds.
    @inline(__always)
    func distance(to other: Timestamp) -> UInt64 {
        self < other ? UInt64(bitPattern: other.milliseconds &- milliseconds) : UInt64(bitPattern: milliseconds &- other.milliseconds)
    }

    /// Whether it is no more than so many milliseconds later than another.
    @inline(__always)
    func isAtMost(_ milliseconds: UInt64, after other: Timestamp) -> Bool { self <= other || other.distance(to: self) <= milliseconds }
}
