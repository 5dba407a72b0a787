// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// One connection as its two nodes tell it: the merged facts, each side's totals, and what of them is stored.
struct MediatedConnection: Sendable {
    let id: Int64
    let key: ConnectionKey
    /// Merged facts and totals; intervals are cut from it.
    private(set) var flow: FlowRecord
    private(set) var source: Half?
    private(set) var destination: Half?
    /// The totals at the last stored interval, by ``FlowCounter/index(in:)``; 0 for what was not known.
    private var storedTotals = InlineArray<12, UInt64>(repeating: 0)
    /// The end of the last stored interval; nil before the first.
    private var storedEnd: Timestamp?
    /// Whether it had been going on for long when it was first heard of. What was counted before then was stored then, or is lost:
    /// only growth since is its.
    private let isResumed: Bool
    private(set) var isChanged = true
    private(set) var hasNews = true
    private(set) var firstArrival: Timestamp
    private(set) var lastArrival: Timestamp
    /// When to look again, and where the wheel has it.
    var deadline: Timestamp
    var slot: DeadlineWheel.Slot = 0
    /// The connection of the same key before this one, by its place in the table.
    var older: UInt32?

    /// What one node has told so far.
    struct Half: Sendable {
        var start: Timestamp
        var end: Timestamp
        var hasEnded: Bool
    }

    init(id: Int64, key: ConnectionKey, first flow: FlowRecord, from side: ObservingSide, isResumed: Bool, at now: Timestamp) {
        self.id = id
        self.key = key
        self.isResumed = isResumed
        self.flow = FlowRecord()
        firstArrival = now
        lastArrival = now
        deadline = now
        merge(flow, from: side, at: now)
    }
}

extension MediatedConnection {
    /// A connection as it was last stored.
    init?(_ interval: FlowInterval, key: ConnectionKey, at now: Timestamp) {
        guard let start = interval.record[time: .flowStartMilliseconds], let end = interval.record[time: .flowEndMilliseconds] else {
            return nil
        }
        id = interval.connection
        self.key = key
        isResumed = false
        flow = interval.record
        firstArrival = now
        lastArrival = now
        deadline = now
        isChanged = false
        hasNews = false
        storedEnd = end
        for scope in FlowCounter.Scope.allCases {
            flow.forgetThroughput(scope)
            for counter in FlowCounter.allCases {
                flow.forget(counter.delta(scope))
                storedTotals[counter.index(in: scope)] = flow[unsigned: counter.total(scope)] ?? 0
            }
        }
        source = Half(flow, ending: .flowEndSecondsFromSourceNode, start: interval.starts.source ?? start)
        destination = Half(flow, ending: .flowEndSecondsFromDestinationNode, start: interval.starts.destination ?? start)
    }

    var isStored: Bool { storedEnd != nil }

    var hasBothHalves: Bool { source != nil && destination != nil }

    /// Every half that is here has told of the end.
    var hasEnded: Bool { [source, destination].allSatisfy { $0?.hasEnded ?? true } }

    var hasAnyEnd: Bool { source?.hasEnded ?? false || destination?.hasEnded ?? false }

    /// Whether nothing more is needed for a record that can stand: both halves, a verdict, or no other half to expect.
    var isComplete: Bool {
        if hasBothHalves || flow.isDenied { return true }
        switch flow[unsigned: .flowType].flatMap({ FlowType(rawValue: UInt8(truncatingIfNeeded: $0)) }) {
        case .toExternal, .fromExternal, .intraNode: return true
        case .interNode, nil: return false
        }
    }

    /// How far apart the starts of this connection and of a side's record of it are; nil when the record is of another on the same tuple.
    ///
    /// One exporter keeps to one start. The other node's start is by its own clock and its own first sight, so there the two
    /// lifetimes must overlap, give or take `tolerance`; of several that do, the nearest is meant.
    func distance(to next: FlowRecord, from side: ObservingSide, tolerance: Duration) -> Duration? {
        guard let start = next[time: .flowStartMilliseconds], let end = next[time: .flowEndMilliseconds] else { return nil }
        let own = side == .destinationNode ? destination : source
        if let own {
            // Exporters that send seconds cut the fraction off. A denied attempt starts at its packet, its entry at a poll.
            let slack: Duration = flow.isDenied || next.isDenied ? tolerance : .milliseconds(999)
            let distance = max(start, own.start) - min(start, own.start)
            return distance <= slack ? distance : nil
        }
        guard let other = source ?? destination, start <= other.end + tolerance, other.start <= end + tolerance else { return nil }
        return max(start, other.start) - min(start, other.start)
    }
}

extension MediatedConnection {
    /// Takes in one record. A repeated or late one changes no total.
    mutating func merge(_ next: FlowRecord, from side: ObservingSide, at now: Timestamp) {
        lastArrival = max(lastArrival, now)
        let end = next[time: .flowEndMilliseconds] ?? now
        let start = min(next[time: .flowStartMilliseconds] ?? end, end)
        let isLatest = end >= (flow[time: .flowEndMilliseconds] ?? Timestamp(milliseconds: .min))
        mergeFacts(next, from: side)
        mergeTimes(start: start, end: end)
        if isLatest { mergeState(next) }
        if side != .destinationNode { source = merged(source, next, start, end, scope: .sourceNode) }
        if side != .sourceNode { destination = merged(destination, next, start, end, scope: .destinationNode) }
        mergeType()
    }

    private mutating func mergeFacts(_ next: FlowRecord, from side: ObservingSide) {
        for (field, owner) in FactFields.all {
            guard next.isKnown(field) else { continue }
            if !flow.isKnown(field) || side.isAuthority(for: owner) && !flow.isEqual(field, to: next) {
                // Labels were looked up by the name that was known before.
                if flow.isKnown(field), let labels = FactFields.labels[field] { flow.forget(labels) }
                flow.copy(field, from: next)
                isChanged = true
            }
        }
        if flow.mergeVerdict(VerdictFields.ingress, from: next) { isChanged = true }
        if flow.mergeVerdict(VerdictFields.egress, from: next) { isChanged = true }
    }

    private mutating func mergeTimes(start: Timestamp, end: Timestamp) {
        let known = flow[time: .flowStartMilliseconds]
        if known.map({ start < $0 }) ?? true {
            flow[time: .flowStartMilliseconds] = start
            isChanged = true
        }
        let latest = max(flow[time: .flowEndMilliseconds] ?? end, end)
        if flow[time: .flowEndMilliseconds] != latest { hasNews = true }
        flow[time: .flowEndMilliseconds] = latest
    }

    private mutating func mergeState(_ next: FlowRecord) {
        // The end of a flow is final, whatever a record that crossed it says.
        if flow[unsigned: .flowEndReason] != UInt64(FlowEndReason.endOfFlow.rawValue), next.isKnown(.flowEndReason) {
            flow.copy(.flowEndReason, from: next)
            // Every connection's last interval says that it has ended, even where the end brought no growth.
            if next[unsigned: .flowEndReason] == UInt64(FlowEndReason.endOfFlow.rawValue) { hasNews = true }
        }
        if next.isKnown(.tcpState), !flow.isEqual(.tcpState, to: next) {
            flow.copy(.tcpState, from: next)
            hasNews = true
        }
    }

    /// One node's half with a further record of it; its totals go into the fields of its scope and the common ones.
    private mutating func merged(
        _ half: Half?, _ next: FlowRecord, _ start: Timestamp, _ end: Timestamp, scope: FlowCounter.Scope
    ) -> Half {
        if half == nil {
            hasNews = true
            if isResumed { skipEarlier(than: next, scope) }
        }
        let isEnd = next[unsigned: .flowEndReason] == UInt64(FlowEndReason.endOfFlow.rawValue)
        let latest = max(half?.end ?? end, end)
        for counter in FlowCounter.allCases {
            guard let total = next.total(counter, after: flow[unsigned: counter.total(scope)]) else { continue }
            raise(counter.total(scope), to: total)
            raise(counter.total(.common), to: total)
        }
        let endField: FlowField = scope == .sourceNode ? .flowEndSecondsFromSourceNode : .flowEndSecondsFromDestinationNode
        flow[unsigned: endField] = UInt64(clamping: latest.seconds)
        if half.map({ start < $0.start }) ?? true { isChanged = true }
        return Half(start: min(half?.start ?? start, start), end: latest, hasEnded: (half?.hasEnded ?? false) || isEnd)
    }

    /// Takes what a record counted before its own interval as stored already.
    private mutating func skipEarlier(than next: FlowRecord, _ scope: FlowCounter.Scope) {
        for counter in FlowCounter.allCases {
            guard let total = next[unsigned: counter.total(.common)], let delta = next[unsigned: counter.delta(.common)] else { continue }
            let earlier = total - min(total, delta)
            storedTotals[counter.index(in: scope)] = earlier
            if !flow.isKnown(counter.total(.common)) { storedTotals[counter.index(in: .common)] = earlier }
        }
    }

    private mutating func raise(_ field: FlowField, to total: UInt64) {
        if let known = flow[unsigned: field], known >= total { return }
        flow[unsigned: field] = total
        hasNews = true
    }

    /// Two nodes that each saw a half make it inter-node, whatever either of them could tell alone.
    private mutating func mergeType() {
        guard hasBothHalves, isTwoSided, flow[unsigned: .flowType] != UInt64(FlowType.interNode.rawValue) else { return }
        flow[unsigned: .flowType] = UInt64(FlowType.interNode.rawValue)
        isChanged = true
    }

    private var isTwoSided: Bool {
        guard let source = flow[name: .sourceNodeName], let destination = flow[name: .destinationNodeName] else { return false }
        return source != destination
    }
}

extension MediatedConnection {
    /// Fills in what the exporters did not know; called before each interval until nothing is missing.
    mutating func enrich(by enrichment: Enrichment, clusterID: NameID?) {
        if enrichment.complete(&flow) { isChanged = true }
        if let clusterID, !flow.isKnown(.clusterId) {
            flow[name: .clusterId] = clusterID
            isChanged = true
        }
    }

    /// Says how much of the connection is known, and its type where no exporter could.
    ///
    /// - Parameter isOverdue: whether a half that has not come is no longer waited for.
    mutating func conclude(isOverdue: Bool) {
        if flow[unsigned: .flowType] == nil, isOverdue || hasBothHalves, let type = typeByNames {
            flow[unsigned: .flowType] = UInt64(type.rawValue)
            isChanged = true
        }
        let observation = observation
        if flow[unsigned: .observation] != UInt64(observation.rawValue) {
            flow[unsigned: .observation] = UInt64(observation.rawValue)
            isChanged = true
        }
    }

    private var observation: Observation {
        if hasBothHalves || flow.isDenied || flow[unsigned: .flowType] != UInt64(FlowType.interNode.rawValue) { return .complete }
        return source == nil ? .destinationOnly : .sourceOnly
    }

    /// Nil when no end is a pod, or both are and the node of neither is known.
    private var typeByNames: FlowType? {
        switch (flow.isKnown(.sourcePodName), flow.isKnown(.destinationPodName)) {
        case (true, true) where !flow.isKnown(.sourceNodeName) && !flow.isKnown(.destinationNodeName): nil
        case (true, true): flow.isEqual(.sourceNodeName, toField: .destinationNodeName) ? .intraNode : .interNode
        case (true, false): .toExternal
        case (false, true): .fromExternal
        case (false, false): nil
        }
    }

    /// The next interval: growth since the last one. Nil when nothing is new.
    mutating func cut() -> FlowInterval? {
        guard hasNews || isChanged || !isStored else { return nil }
        var record = flow
        let end = flow[time: .flowEndMilliseconds] ?? lastArrival
        // When the first growth of a resumed connection began is not known.
        let duration = end - (storedEnd ?? (isResumed ? nil : flow[time: .flowStartMilliseconds]) ?? end)
        for scope in FlowCounter.Scope.allCases {
            for counter in FlowCounter.allCases {
                guard let total = flow[unsigned: counter.total(scope)] else { continue }
                let index = counter.index(in: scope)
                record[unsigned: counter.delta(scope)] = total - min(total, storedTotals[index])
                storedTotals[index] = total
            }
            record.setThroughput(scope, over: duration)
        }
        let interval = FlowInterval(
            connection: id, record: record, isConnectionChanged: isChanged, hasInterval: hasNews || !isStored,
            starts: HalfStarts(source: source?.start, destination: destination?.start))
        storedEnd = end
        isChanged = false
        hasNews = false
        return interval
    }
}

extension MediatedConnection.Half {
    /// Nil when nothing was stored of the half. The store has its end in whole seconds, and that it has ended is told of the connection.
    fileprivate init?(_ flow: FlowRecord, ending endField: FlowField, start: Timestamp) {
        guard let seconds = flow[unsigned: endField] else { return nil }
        self.start = start
        end = Timestamp(seconds: Int64(clamping: seconds))
        hasEnded = flow[unsigned: .flowEndReason] == UInt64(FlowEndReason.endOfFlow.rawValue)
    }
}

extension FlowCounter {
    fileprivate func index(in scope: Scope) -> Int {
        switch scope {
        case .common: rawValue
        case .sourceNode: 4 + rawValue
        case .destinationNode: 8 + rawValue
        }
    }
}

extension FlowCounter.Scope {
    fileprivate var throughput: (forward: FlowField, reverse: FlowField) {
        switch self {
        case .common: (.throughput, .reverseThroughput)
        case .sourceNode: (.throughputFromSourceNode, .reverseThroughputFromSourceNode)
        case .destinationNode: (.throughputFromDestinationNode, .reverseThroughputFromDestinationNode)
        }
    }
}

extension FlowRecord {
    fileprivate func isEqual(_ name: FlowField, toField other: FlowField) -> Bool { self[name: name] == self[name: other] }

    /// The total that a record tells; of one that only counts deltas, the sum with what is known.
    fileprivate func total(_ counter: FlowCounter, after known: UInt64?) -> UInt64? {
        if let total = self[unsigned: counter.total(.common)] { return total }
        guard let delta = self[unsigned: counter.delta(.common)] else { return nil }
        return (known ?? 0) &+ delta
    }

    fileprivate mutating func forgetThroughput(_ scope: FlowCounter.Scope) {
        forget(scope.throughput.forward)
        forget(scope.throughput.reverse)
    }

    fileprivate mutating func setThroughput(_ scope: FlowCounter.Scope, over duration: Duration) {
        let fields = scope.throughput
        let milliseconds = duration.wholeMilliseconds
        guard milliseconds > 0 else { return }
        self[unsigned: fields.forward] = bitsPerSecond(self[unsigned: FlowCounter.octets.delta(scope)], milliseconds)
        self[unsigned: fields.reverse] = bitsPerSecond(self[unsigned: FlowCounter.reverseOctets.delta(scope)], milliseconds)
    }
}

private func bitsPerSecond(_ octets: UInt64?, _ milliseconds: Int64) -> UInt64? {
    guard let octets else { return nil }
    let product = octets.multipliedFullWidth(by: 8000)
    let divisor = UInt64(milliseconds)
    return product.high < divisor ? divisor.dividingFullWidth(product).quotient : .max
}
