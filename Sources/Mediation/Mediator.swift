// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// The Intermediate Process between collecting and storing (RFC 6183): correlates the two halves of connections, enriches them,
/// and cuts intervals of their totals.
///
/// Halves merge at any time and in any order. A connection is stored as soon as it is complete, then once a window, and at its end;
/// a half whose peer does not come within `correlationTimeout` goes on alone, marked, and is completed when the peer comes.
/// Calls must not go back in time by more than the callers' clock does; a step back only delays what is due.
public struct Mediator: ~Copyable {
    public let configuration: MediationConfiguration
    public internal(set) var statistics = MediationStatistics()

    var enrichment = Enrichment()
    var table: ConnectionTable
    var awaited = AwaitedNames()
    /// Connections that waited for names and of whose ends the cluster has told.
    var told: [AwaitedNames.Connection] = []
    /// Intervals of connections that had to go before they were due.
    private var early: [FlowInterval] = []
    private let windows: Windows
    /// That of the record before, which is mostly that of the next.
    private var window: Range<Timestamp>
    private let waits: Waits
    private var due: [(entry: UInt32, slot: Int64)] = []
    let clusterID: NameID?
    private var gaps: [NameID: ConnectionGaps] = [:]
    private var presence: NodePresence
    private var memory = Memory()
    /// As ``ConnectionTable/readAhead(_:)`` returns it.
    private var readAhead: UInt64 = 0

    /// - Parameter firstConnection: the number of the first connection; above all that the store knows.
    public init(_ configuration: MediationConfiguration, firstConnection: Int64, names: inout NameTable) {
        self.configuration = configuration
        windows = Windows(configuration.window)
        window = windows.window(of: Timestamp(milliseconds: 0))
        waits = Waits(configuration)
        table = ConnectionTable(firstConnection: firstConnection, seed: configuration.hashSeed)
        presence = NodePresence(pause: configuration.inactiveTimeout / 2)
        clusterID = configuration.clusterID.map { names.id(of: $0) }
    }

    /// Connections kept at present.
    public var connectionCount: Int { table.count }

    /// Connections that have something to be stored which a record told: ``MediationStatistics/held``, counted.
    public var openCount: Int { table.places.count { table[$0][.isOpen] } }

    /// What is known of who is who.
    public var identity: IdentityStatistics { enrichment.identity }

    /// Takes in one record of some, unless it names no connection, has no time, or one that cannot be. It is read in place, not from copies of
    /// 800 octets.
    public mutating func receive(_ index: Int, of flows: Span<FlowRecord>, at now: Timestamp) -> Reception {
        statistics.received += 1
        guard let key = ConnectionKey(flows[index]) else { return drop(.withoutKey, \.withoutKey) }
        guard let start = flows[index].startTime, let end = flows[index].endTime else { return drop(.withoutTime, \.withoutTime) }
        guard end.isAtMost(waits.lead, after: now) else { return drop(.fromTheFuture, \.fromTheFuture) }
        guard now.isAtMost(waits.age, after: end) else { return drop(.tooOld, \.late) }
        memory.begin(at: now)
        let next = ArrivedRecord(
            key: key, hash: table.hash(of: key), side: ObservingSide(of: flows[index]),
            measures: Measures(of: index, in: flows, start: start, end: end), arrival: now)
        return merge(next, index, of: flows)
    }

    /// Prepares for records that are to be received next, sixteen at most. Nothing becomes of them; ``receive(_:of:at:)`` is only quicker, since
    /// what is kept of their connections is brought near for all of them at once, where otherwise each would wait for its own.
    public mutating func expect(_ flows: Span<FlowRecord>) {
        var hashes = InlineArray<16, UInt32>(repeating: 0)
        var count = 0
        for index in 0..<min(flows.count, hashes.count) {
            guard let key = ConnectionKey(flows[index]) else { continue }
            hashes[count] = table.hash(of: key)
            count += 1
        }
        readAhead ^= table.readAhead(hashes.span.extracting(0..<count))
    }

    private mutating func merge(_ next: ArrivedRecord, _ index: Int, of flows: Span<FlowRecord>) -> Reception {
        let tolerance = waits.tolerance
        let known = table.find(next.key, next.hash) { $0.distance(to: next.measures, from: next.side, tolerance: tolerance) }
        if let known { closeWindows(of: known, before: next) }
        if known.map({ !table[$0].has(next.side) }) ?? true { noteRivals(of: known, next) }
        let isPlanned = known.map { table[$0].isPlanned && table[$0].has(next.side) } ?? false
        let place = known ?? begin(next)
        let wasOpen = table[place][.isOpen]
        let hasOtherFacts = table[place].take(next, print: FlowRecord.fingerprint(of: FactMerging.fields, at: index, in: flows))
        if hasOtherFacts { mergeFacts(place, flows[index], from: next.side) }
        table.settleType(of: place)
        // News before brought it a place in the wheel, at the end of its window.
        if !isPlanned || !table[place].isPlanned { plan(place, at: next.arrival) }
        guard !wasOpen, table[place].isPending else {
            statistics.merged += 1
            return .merged
        }
        statistics.opened += 1
        table[place][.isOpen] = true
        return .opened
    }

    private mutating func mergeFacts(_ place: UInt32, _ flow: FlowRecord, from side: ObservingSide) {
        var flow = flow
        flow.normalize()
        statistics.contradicted += table.mergeFacts(place, flow, from: side, checkedBy: enrichment)
        enrichment.learn(from: flow)
    }

    /// Counts a record that names another node than its sender may.
    public mutating func refuseForeign() -> Reception {
        statistics.received += 1
        return drop(.foreignNode, \.foreign)
    }

    private mutating func drop(_ cause: DropCause, _ count: WritableKeyPath<MediationStatistics, UInt64>) -> Reception {
        statistics[keyPath: count] += 1
        return .dropped(cause)
    }

    /// Stores the windows that are over by a record's time, with their share of the growth that it tells.
    private mutating func closeWindows(of place: UInt32, before next: ArrivedRecord) {
        let end = next.measures.end
        guard table[place].isStored, end > table[place].end else { return }
        let half = next.side == .destinationNode ? table[place].destination : table[place].source
        guard half.isHere else { return }
        let begin = max(half.end, table[place].storedEnd)
        if !window.contains(end) { window = windows.window(of: end) }
        guard begin < window.lowerBound else { return }
        for time in windows.ends(after: begin, before: end) {
            let last = next.side == .destinationNode ? table[place].destination : table[place].source
            table[place].merge(next.measures.share(after: last, until: time), from: next.side, at: next.arrival)
            var intervals: [FlowInterval] = []
            store(place, isOverdue: true, into: &intervals)
            early += intervals
        }
    }

    private mutating func begin(_ next: ArrivedRecord) -> UInt32 {
        if let surplus = table.surplus(of: next.key, next.hash) {
            var intervals: [FlowInterval] = []
            evict(surplus, at: next.arrival, into: &intervals)
            early += intervals
        }
        statistics.connections += 1
        return table.insert(next.key, next.hash, isResumed: memory.mayHaveLost(next.measures, configuration), at: next.arrival)
    }

    /// Counts a half that comes first when other connections of its tuple might be its own as well.
    private mutating func noteRivals(of place: UInt32?, _ next: ArrivedRecord) {
        let tolerance = waits.tolerance
        if table.contains(
            next.key, next.hash, where: { $0.mayHaveHalf(next.measures, from: next.side, tolerance: tolerance) }, besides: place)
        {
            statistics.ambiguous += 1
        }
    }

    private mutating func evict(_ place: UInt32, at now: Timestamp, into intervals: inout [FlowInterval]) {
        statistics.evicted += 1
        memory.lose(at: now)
        store(place, isOverdue: true, into: &intervals)
        table.remove(place)
    }

    /// The clock that tells `now` was set, forwards or back: what is silent or waited for goes by the time that really passed.
    ///
    /// Otherwise a step forwards would forget every connection and count it once more, and a step back would delay everything.
    public mutating func clockWasSet(by difference: Duration, at now: Timestamp) {
        memory.move(by: difference)
        presence.move(by: difference)
        table.wheel = DeadlineWheel()
        for place in table.places {
            table[place].moveArrivals(by: difference)
            _ = table[place].plan(forgetting(place, at: now), waits, windows, at: now)
            table.schedule(place, at: table[place].deadline, now: now)
        }
    }

    /// Goes on with a connection from its last stored interval, as the program before this one left it: same number, same totals.
    ///
    /// To be called before the first record. Beyond `capacity`, and for a record that names no connection, nothing happens.
    public mutating func resume(_ interval: FlowInterval, at now: Timestamp) {
        memory.resume(interval)
        guard table.count < configuration.capacity, let key = ConnectionKey(interval.record),
            table.surplus(of: key, table.hash(of: key)) == nil, let place = table.resume(interval, key: key, at: now)
        else { return }
        statistics.resumed += 1
        for node in table[place].observers { presence.expect(node) }
        plan(place, at: now)
    }

    /// Takes down that a node's exporter is heard. What a node told is remembered until it has been heard for `inactiveTimeout` without a pause
    /// since: one that was cut off says again what it said last.
    public mutating func hear(_ node: NameID, at now: Timestamp) {
        presence.hear(node, at: now)
    }

    /// The intervals that are due. Call it after each batch and at least once a second.
    public mutating func expire(at now: Timestamp, into intervals: inout [FlowInterval]) {
        intervals += early
        early.removeAll(keepingCapacity: true)
        due.removeAll(keepingCapacity: true)
        table.wheel.advance(to: now, into: &due)
        for (place, slot) in due where table.isScheduled(place, slot) {
            if table[place].deadline > now {
                table.schedule(place, at: table[place].deadline, now: now)
            } else {
                settle(place, at: now, into: &intervals)
            }
        }
        amendNames(at: now, into: &intervals)
        while table.count > configuration.capacity, let place = table.nextPlace() {
            evict(place, at: now, into: &intervals)
        }
    }

    /// Everything that is not stored yet, complete or not: what a program stores before it stops.
    public mutating func flush(at now: Timestamp, into intervals: inout [FlowInterval]) {
        intervals += early
        early.removeAll()
        for place in table.places { store(place, isOverdue: true, into: &intervals) }
    }

    private mutating func settle(_ place: UInt32, at now: Timestamp, into intervals: inout [FlowInterval]) {
        let isForgotten = now >= forgetting(place, at: now)
        let isOverdue = isForgotten || now >= table[place].firstArrival.advanced(byMilliseconds: waits.correlation)
        if table[place].isComplete || isOverdue {
            let before = intervals.count
            store(place, isOverdue: isOverdue, into: &intervals)
            if !isForgotten, intervals.count > before { awaitNames(of: place, in: intervals[before].record, at: now) }
        }
        if isForgotten {
            table.remove(place)
        } else {
            plan(place, at: now)
        }
    }

    private mutating func store(_ place: UInt32, isOverdue: Bool, into intervals: inout [FlowInterval]) {
        let wasObserved = table[place].facts.observation
        guard let interval = table.cut(place, enrichment, clusterID: clusterID, isOverdue: isOverdue) else { return }
        noteStored(place)
        if interval.hasInterval { statistics.intervals += 1 }
        if wasObserved == nil { count(table[place].facts) }
        intervals.append(interval)
    }

    /// Counts the record that had opened what is stored by now.
    mutating func noteStored(_ place: UInt32) {
        guard table[place][.isOpen], !table[place].isPending else { return }
        table[place][.isOpen] = false
        statistics.stored += 1
    }

    /// Counts what a connection lacks when it is stored first, for the node that told of it.
    private mutating func count(_ facts: CompactFacts) {
        var gaps = ConnectionGaps(unnamed: facts.unnamedEnds)
        switch facts.observation {
        case .sourceOnly:
            statistics.sourceOnly += 1
            gaps.halves = 1
        case .destinationOnly:
            statistics.destinationOnly += 1
            gaps.halves = 1
        case .complete, nil: break
        }
        statistics.unnamed += gaps.unnamed
        guard gaps != ConnectionGaps() else { return }
        let node = (facts.observation == .destinationOnly ? facts.destinationNode : facts.sourceNode) ?? facts.destinationNode
        self.gaps[node ?? .tooMany, default: ConnectionGaps()] += gaps
    }

    /// What connections lacked that were stored since the last call, by the node that told of each; ``NameID/tooMany`` where none is known.
    public mutating func takeGaps() -> [NameID: ConnectionGaps] {
        defer { gaps.removeAll(keepingCapacity: true) }
        return gaps
    }

    /// Sets when a connection is looked at next.
    private mutating func plan(_ place: UInt32, at now: Timestamp) {
        let forgotten = forgetting(place, at: now)
        let isSooner = table[place].plan(forgotten, waits, windows, at: now)
        if isSooner || table[place].slot == 0 { table.schedule(place, at: table[place].deadline, now: now) }
    }

    // Changes nothing; were it to borrow the mediator, it would be copied for each record.
    private mutating func forgetting(_ place: UInt32, at now: Timestamp) -> Timestamp {
        let usual = table[place].forgetting(waits)
        // Those that wait for a node must not push out those that live.
        guard usual <= now, table.count <= configuration.capacity / 2 else { return usual }
        return forgetting(place, after: usual, at: now)
    }

    /// What the nodes that tell of a connection have to do with it.
    private func forgetting(_ place: UInt32, after usual: Timestamp, at now: Timestamp) -> Timestamp {
        var time = usual
        for node in table[place].observers {
            switch presence.state(of: node, at: now) {
            case .unknown: break
            case .silent: time = max(time, now + configuration.inactiveTimeout)
            case .present(let since): time = max(time, since + configuration.inactiveTimeout)
            }
        }
        return min(time, max(usual, table[place].lastArrival + configuration.awayTimeout))
    }
}
