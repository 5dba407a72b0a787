// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

extension MediatedConnection {
    /// A connection as it was last stored; nil when the row says no times.
    init?(_ interval: FlowInterval, key: ConnectionKey, at now: Timestamp) {
        guard let start = interval.record[time: .flowStartMilliseconds], let end = interval.record[time: .flowEndMilliseconds] else {
            return nil
        }
        self.init(id: interval.connection, key: key, isResumed: false, at: now)
        source = .stored(
            in: interval.record, .sourceNode, ending: .flowEndSecondsFromSourceNode, start: interval.starts.source ?? start)
        destination = .stored(
            in: interval.record, .destinationNode, ending: .flowEndSecondsFromDestinationNode, start: interval.starts.destination ?? start)
        self[.isChanged] = false
        self[.hasNews] = false
        self[.isStored] = true
        storedEnd = end
        // These are found again, rather than kept.
        self[.hasSourceLabels] = interval.record.isKnown(.sourcePodLabels)
        self[.hasDestinationLabels] = interval.record.isKnown(.destinationPodLabels)
        self[.hasClusterID] = interval.record.isKnown(.clusterId)
    }

    /// Says how much of the connection is known, and its type where no exporter could.
    ///
    /// - Parameter isOverdue: whether a half that has not come is no longer waited for.
    func conclude(_ flow: inout FlowRecord, isOverdue: Bool) {
        if flow[unsigned: .flowType] == nil, isOverdue || hasBothHalves, let type = flow.typeByNames {
            flow[unsigned: .flowType] = UInt64(type.rawValue)
        }
        flow[unsigned: .observation] = UInt64(observation(of: flow).rawValue)
    }

    private func observation(of flow: FlowRecord) -> Observation {
        if hasBothHalves || flow.isDenied { return .complete }
        return switch flow[unsigned: .flowType].flatMap({ FlowType(rawValue: UInt8(truncatingIfNeeded: $0)) }) {
        case .interNode: source.isHere ? .sourceOnly : .destinationOnly
        case .fromExternal: destination.isHere ? .complete : .sourceOnly
        case .intraNode, .toExternal, nil: .complete
        }
    }

    /// The next interval: growth since the last one. Nil when nothing is new.
    ///
    /// - Parameter flow: all facts.
    mutating func cut(_ flow: FlowRecord) -> FlowInterval? {
        guard self[.hasNews] || self[.isChanged] || !isStored else { return nil }
        var record = flow
        let end = end
        record[time: .flowStartMilliseconds] = start
        record[time: .flowEndMilliseconds] = end
        if source.isHere { record[unsigned: .flowEndSecondsFromSourceNode] = UInt64(clamping: source.end.seconds) }
        if destination.isHere { record[unsigned: .flowEndSecondsFromDestinationNode] = UInt64(clamping: destination.end.seconds) }
        // When the first growth of a resumed connection began is not known.
        let duration = end - (isStored ? storedEnd : isResumed ? end : start)
        for scope in FlowCounter.Scope.allCases {
            for counter in FlowCounter.allCases {
                guard let total = total(counter, scope) else { continue }
                record[unsigned: counter.total(scope)] = total
                record[unsigned: counter.delta(scope)] = total - min(total, storedTotal(counter, scope))
            }
            record.setThroughput(scope, over: duration)
        }
        let interval = FlowInterval(
            connection: id, record: record, isConnectionChanged: self[.isChanged], hasInterval: self[.hasNews] || !isStored,
            starts: HalfStarts(source: source.isHere ? source.start : nil, destination: destination.isHere ? destination.start : nil),
            previousEnd: isStored ? storedEnd : nil)
        source.keepStored()
        destination.keepStored()
        storedEnd = end
        self[.isStored] = true
        self[.isChanged] = false
        self[.hasNews] = false
        return interval
    }

    /// The changed facts of a stored connection alone.
    mutating func amend(_ flow: FlowRecord) -> FlowInterval? {
        guard self[.isChanged], isStored else { return nil }
        var record = flow
        record[time: .flowStartMilliseconds] = start
        record[time: .flowEndMilliseconds] = storedEnd
        self[.isChanged] = false
        return FlowInterval(
            connection: id, record: record, isConnectionChanged: true, hasInterval: false,
            starts: HalfStarts(source: source.isHere ? source.start : nil, destination: destination.isHere ? destination.start : nil),
            previousEnd: storedEnd)
    }

    private func total(_ counter: FlowCounter, _ scope: FlowCounter.Scope) -> UInt64? {
        switch scope {
        case .sourceNode: source.total(counter)
        case .destinationNode: destination.total(counter)
        case .common:
            source.total(counter).map { max($0, destination.total(counter) ?? 0) } ?? destination.total(counter)
        }
    }

    private func storedTotal(_ counter: FlowCounter, _ scope: FlowCounter.Scope) -> UInt64 {
        switch scope {
        case .sourceNode: source.storedTotal(counter)
        case .destinationNode: destination.storedTotal(counter)
        case .common: max(source.storedTotal(counter), destination.storedTotal(counter))
        }
    }
}

extension ConnectionTable {
    /// Found again for each interval, rather than kept.
    private static let lookedUp = Enrichment.lookedUp + [.clusterId]

    /// Takes in a record's facts.
    ///
    /// - Returns: how many pods it names that it cannot mean.
    mutating func mergeFacts(_ place: UInt32, _ next: FlowRecord, from side: ObservingSide, checkedBy enrichment: Enrichment) -> UInt64 {
        var next = next
        let contradicted = enrichment.removeContradicted(from: &next)
        var flow = facts(of: place)
        var isChanged = false
        if next.hasTranslatedClient, !self[place][.hasClient] {
            flow.copyClient(from: next)
            self[place][.hasClient] = true
            isChanged = true
        }
        if FactMerging.merge(next, from: side, into: &flow) || isChanged {
            keepFacts(flow, of: place)
            self[place][.isChanged] = true
        }
        return contradicted
    }

    /// Two nodes that each saw a half make a connection inter-node, and one node that saw both intra-node, whatever a record told alone: an
    /// exporter that was started again does not know a pod that is gone, and takes it for one of another node.
    @inline(__always)
    mutating func settleType(of place: UInt32) {
        guard self[place].hasBothHalves, !self[place][.hasClient], let isOneNode = self[place].facts.isOfOneNode else { return }
        let type: FlowType = isOneNode ? .intraNode : .interNode
        guard self[place].facts.flowType != type else { return }
        self[place].facts.set(flowType: type)
        self[place][.isChanged] = true
    }

    /// Goes on with a connection from its last stored interval.
    mutating func resume(_ interval: FlowInterval, key: ConnectionKey, at now: Timestamp) -> UInt32? {
        guard let connection = MediatedConnection(interval, key: key, at: now) else { return nil }
        let place = insert(connection, hash(of: key))
        var flow = interval.record
        for field in Self.lookedUp { flow.forget(field) }
        self[place][.hasClient] = flow.hasTranslatedClient
        keepFacts(flow, of: place)
        return place
    }

    /// The next interval of a connection, with what the exporters did not know; nil when nothing is new.
    mutating func cut(_ place: UInt32, _ enrichment: Enrichment, clusterID: NameID?, isOverdue: Bool) -> FlowInterval? {
        self[place].cut(complete(place, enrichment, clusterID: clusterID, isOverdue: isOverdue))
    }

    /// What is known by now of a stored connection's names, without an interval; nil when nothing is new. Growth waits for its interval.
    mutating func amend(_ place: UInt32, _ enrichment: Enrichment, clusterID: NameID?) -> FlowInterval? {
        let flow = complete(place, enrichment, clusterID: clusterID, isOverdue: true)
        return self[place].amend(flow)
    }

    /// All facts of a connection, with those that are found now.
    private mutating func complete(_ place: UInt32, _ enrichment: Enrichment, clusterID: NameID?, isOverdue: Bool) -> FlowRecord {
        var flow = facts(of: place)
        let fromExporters = flow
        _ = enrichment.complete(&flow)
        self[place].conclude(&flow, isOverdue: isOverdue)
        if !flow.isKnown(.clusterId) { flow[name: .clusterId] = clusterID }
        var kept = flow
        for field in Self.lookedUp { kept.copy(field, from: fromExporters) }
        let facts = CompactFacts(kept)
        if facts != self[place].facts {
            self[place].facts = facts
            self[place][.isChanged] = true
        }
        note(.hasSourceLabels, flow.isKnown(.sourcePodLabels), of: place)
        note(.hasDestinationLabels, flow.isKnown(.destinationPodLabels), of: place)
        note(.hasClusterID, flow.isKnown(.clusterId), of: place)
        return flow
    }

    private mutating func note(_ flag: MediatedConnection.Flags, _ isKnown: Bool, of place: UInt32) {
        if isKnown, !self[place][flag] { self[place][.isChanged] = true }
        self[place][flag] = isKnown
    }
}

extension FlowRecord {
    /// Nil when no end is a pod, or both are and the node of neither is known.
    fileprivate var typeByNames: FlowType? {
        switch (isKnown(.sourcePodName), isKnown(.destinationPodName)) {
        case (true, true) where !isKnown(.sourceNodeName) && !isKnown(.destinationNodeName): nil
        case (true, true): self[name: .sourceNodeName] == self[name: .destinationNodeName] ? .intraNode : .interNode
        case (true, false): .toExternal
        case (false, true): .fromExternal
        case (false, false): nil
        }
    }

    fileprivate mutating func setThroughput(_ scope: FlowCounter.Scope, over duration: Duration) {
        let fields: (forward: FlowField, reverse: FlowField) =
            switch scope {
            case .common: (.throughput, .reverseThroughput)
            case .sourceNode: (.throughputFromSourceNode, .reverseThroughputFromSourceNode)
            case .destinationNode: (.throughputFromDestinationNode, .reverseThroughputFromDestinationNode)
            }
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
