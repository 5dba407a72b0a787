// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

extension MediatedConnection {
    /// Takes in a record but for its facts.
    ///
    /// - Returns: whether its facts are other than those of its side's last.
    mutating func take(_ next: ArrivedRecord, print: UInt32) -> Bool {
        merge(next.measures, from: next.side, at: next.arrival)
        return note(print: print, from: next.side)
    }

    /// Takes in a record's times, totals and state. A repeated or late one changes no total.
    mutating func merge(_ next: Measures, from side: ObservingSide, at now: Timestamp) {
        arrive(at: now)
        let isFirst = !source.isHere && !destination.isHere
        let end = self.end
        let isLatest = isFirst || next.end >= end
        if isFirst || next.end > end { self[.hasNews] = true }
        // The end counts whenever it is told: the other node's clock may be ahead, and its records later by it.
        if isLatest || next.isEnd && facts.endReason != FlowEndReason.endOfFlow.rawValue { mergeState(next) }
        if side != .destinationNode { note(source.merge(next, isResumed: isResumed, beside: destination)) }
        if side != .sourceNode { note(destination.merge(next, isResumed: isResumed, beside: source)) }
    }

    private mutating func mergeState(_ next: Measures) {
        let ended = FlowEndReason.endOfFlow.rawValue, known = facts.endReason
        // The end of a flow is final, whatever a record that crossed it says.
        if known != ended, let reason = next.endReason {
            if known != reason { facts.set(endReason: reason) }
            // Every connection's last interval says that it has ended, even where the end brought no growth.
            if reason == ended { self[.hasNews] = true }
        }
        if let state = next.tcpState, facts.tcpState != state {
            facts.set(tcpState: state)
            self[.hasNews] = true
        }
    }

    private mutating func note(_ news: Half.News) {
        if news.contains(.half) { self[.isChanged] = true }
        if !news.isEmpty { self[.hasNews] = true }
    }
}

/// What is merged of a record's facts, into all that is known of its connection.
enum FactMerging {
    /// The facts whose sameness spares the merging.
    static let fields = FlowFieldSet(FactFields.all.filter { $0.1 != .key }.map(\.0) + VerdictFields.ingress + VerdictFields.egress)

    /// - Returns: whether anything changed.
    static func merge(_ next: FlowRecord, from side: ObservingSide, into flow: inout FlowRecord) -> Bool {
        var isChanged = false
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
        return isChanged
    }
}

extension MediatedConnection {
    /// The key and what has a place in the row, as a record.
    var commonFacts: FlowRecord {
        var flow = FlowRecord()
        flow[address: .sourceIPAddress] = key.source
        flow[address: .destinationIPAddress] = key.destination
        flow[unsigned: .protocolIdentifier] = UInt64(key.protocolIdentifier)
        if self[.hasSourcePort] { flow[unsigned: .sourceTransportPort] = UInt64(key.sourcePort) }
        if self[.hasDestinationPort] { flow[unsigned: .destinationTransportPort] = UInt64(key.destinationPort) }
        if self[.hasICMPType] { flow[unsigned: .icmpTypeCode] = UInt64(key.icmpTypeCode) }
        facts.write(to: &flow)
        if source.isHere || destination.isHere {
            flow[time: .flowStartMilliseconds] = start
            flow[time: .flowEndMilliseconds] = end
        }
        return flow
    }

    mutating func keepCommonFacts(_ flow: FlowRecord) {
        self[.hasSourcePort] = flow.isKnown(.sourceTransportPort)
        self[.hasDestinationPort] = flow.isKnown(.destinationTransportPort)
        self[.hasICMPType] = flow.isKnown(.icmpTypeCode)
        self[.isDenied] = flow.isDenied
        facts = CompactFacts(flow)
    }
}
