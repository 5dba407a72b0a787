// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// Observations of connections in, flow records out (RFC 5470 §5.1). One node's.
///
/// A connection is reported `activeTimeout` after it was first seen, then whenever it has changed and `activeTimeout` has passed,
/// or `idleTimeout` after its last change if that is sooner, and at once when it has ended; nothing is reported twice without change.
/// Totals are since the connection began, deltas since its previous record. Each collector has a cursor of its own: one that takes
/// nothing for a while gets one record with the growth of all that time, and holds back no other.
///
/// Times are told by the caller. A clock that is set back or forward ends nothing and reports nothing twice.
public struct MeteringProcess: ~Copyable {
    public let configuration: MeteringConfiguration
    public internal(set) var statistics = MeteringStatistics()
    /// The texts behind the ids of this process's records.
    public internal(set) var names: NameTable

    var store: ConnectionStore
    var reporting: Reporting
    var denied: DeniedStore
    var externals = ExternalClients()
    var time = SteadyTime()
    var owners = AddressOwnership()
    var isFirstWordOfPods = true
    var rules = PolicyRules()
    var services: [ServicePort: NameID] = [:]
    /// Who is behind the connections that came from outside; few do.
    var clients: [UInt32: ExternalClient] = [:]
    var reports: [Reporting.Report] = []
    var isFlushing = false
    let admission: Admission
    let nodeName: NameID
    let tcpStates: [NameID]

    public init(_ configuration: MeteringConfiguration, seed: UInt64) {
        precondition(
            (1...CollectorSet.maximumCount).contains(configuration.collectorCount), "a Metering Process has from 1 to 32 collectors")
        self.configuration = configuration
        names = NameTable(seed: seed)
        store = ConnectionStore(
            capacity: configuration.capacity, endedCapacity: configuration.endedCapacity, idleTimeout: configuration.idleTimeout, seed: seed
        )
        reporting = Reporting(
            collectors: configuration.collectorCount,
            timeouts: Timeouts(active: configuration.activeTimeout, idle: configuration.idleTimeout))
        denied = DeniedStore(capacity: configuration.capacity)
        admission = Admission(configuration)
        nodeName = names.id(of: configuration.nodeName)
        var states: [NameID] = []
        for state in Connection.TCPState.allCases { states.append(names.id(of: state.name)) }
        tcpStates = states
    }

    /// Connections metered at present: those that have not ended.
    public var connectionCount: Int { store.openCount }

    /// Ended connections of which not every collector has everything, or that ended just now.
    public var endedConnectionCount: Int { store.endedCount }
}

extension MeteringProcess {
    /// Takes the pods that this node has since a time. A connection has the name of the pod that had its address when it began; one that
    /// lacks a name gets it when it is told late, and is reported again.
    public mutating func update(pods: [LocalPod], at now: Timestamp) {
        let moment = time.moment(at: now)
        // Those that are there at first have been there: connections older than this process are theirs.
        owners.update(pods, at: isFirstWordOfPods ? Timestamp(milliseconds: .min) : now)
        isFirstWordOfPods = false
        for slot in 0..<store.slotCount where store[slot].role != .none && resolvePods(of: slot) && store[slot].isRecorded {
            store[slot].noteNames()
            reporting.schedule(slot, store[slot], at: moment.steady)
        }
    }

    /// Looks up the names that are not known yet.
    ///
    /// - Returns: whether one was found.
    @discardableResult
    mutating func resolvePods(of slot: UInt32) -> Bool {
        guard store[slot].sourcePod == nil || store[slot].destinationPod == nil else { return false }
        let connection = store[slot].connection, start = store[slot].start
        let source = store[slot].sourcePod ?? pod(at: connection.original.source, since: start)
        let destination = store[slot].destinationPod ?? pod(at: connection.reply.source, since: start)
        guard source != store[slot].sourcePod || destination != store[slot].destinationPod else { return false }
        store[slot].sourcePod = source
        store[slot].destinationPod = destination
        return true
    }

    mutating func pod(at address: IPAddress, since start: Timestamp) -> MeteredConnection.PodReference? {
        guard let pod = owners.owner(of: address, at: start) else { return nil }
        return MeteredConnection.PodReference(name: names.id(of: pod.name), namespace: names.id(of: pod.namespace))
    }

    /// Replaces what rule ids stand for from a time on. What an id stood for before stays with connections that began then.
    public mutating func update(rules list: [UInt32: PolicyRule], at now: Timestamp) {
        var named: [UInt32: PolicyRules.Named] = [:]
        for (id, rule) in list {
            named[id] = PolicyRules.Named(
                policy: names.id(of: rule.policy), namespace: rule.namespace.map { names.id(of: $0) }, type: rule.type,
                name: names.id(of: rule.name), direction: rule.direction)
        }
        rules.replace(by: named, at: now)
    }

    /// Replaces the names of Services, each as `namespace/name:port` under every address it has.
    public mutating func update(services list: [ServicePort: String]) {
        services.removeAll(keepingCapacity: true)
        for (port, name) in list { services[port] = names.id(of: name) }
    }
}

extension MeteringProcess {
    /// Takes one poll that was read before.
    public mutating func observe(_ poll: Poll, from source: SourceID = .first) {
        beginPoll(of: source, at: poll.time)
        for connection in poll.connections { observe(connection, from: source, at: poll.time) }
        endPoll(of: source, isWhole: poll.isWhole, at: poll.time)
    }

    /// Begins a poll: call it before the source begins to read its table.
    ///
    /// Events may come while a poll goes on. What they tell in that time counts as seen by the poll, which may have read the table
    /// before or after it: so a poll neither ends a connection that began meanwhile nor brings back one that went.
    public mutating func beginPoll(of source: SourceID, at now: Timestamp) {
        store.beginPoll(of: source, at: time.moment(at: now).wall)
    }

    /// Takes one entry of the poll that goes on.
    public mutating func observe(_ connection: Connection, from source: SourceID, at now: Timestamp) {
        observe(connection, nil, from: source, at: time.moment(at: now))
    }

    /// Takes one event. Events of a source come in the order in which they happened; any may be missing.
    public mutating func observe(_ connection: Connection, kind: ConnectionEvent.Kind, from source: SourceID, at now: Timestamp) {
        observe(connection, kind, from: source, at: time.moment(at: now))
    }

    /// Ends a poll.
    ///
    /// - Parameter isWhole: whether the whole table was read: only then has a connection that is missing ended.
    public mutating func endPoll(of source: SourceID, isWhole: Bool, at now: Timestamp) {
        let moment = time.moment(at: now)
        guard isWhole else { return }
        var missing: [UInt32] = []
        store.closeMissing(of: source, at: moment) { missing.append($0) }
        for slot in missing { reporting.schedule(slot, store[slot], at: moment.steady) }
    }

    /// Takes one packet that policy refused.
    public mutating func observe(_ packet: DeniedConnection) {
        statistics.denied += 1
        if !denied.observe(packet, at: time.latest(or: packet.time)) { statistics.deniedOverCapacity += 1 }
    }

    private mutating func observe(_ connection: Connection, _ kind: ConnectionEvent.Kind?, from source: SourceID, at now: Moment) {
        if let reason = admission.refusal(of: connection) {
            statistics.count(reason)
            if reason == .correlated { externals.observe(connection, at: now.steady) }
            return
        }
        let found = store.find(connection)
        // A pod that is gone from the switch still ends its connections under the name they have.
        guard found.latest != nil || isLocal(connection, at: now.wall) else {
            statistics.count(.notLocal)
            return
        }
        apply(store.observe(connection, kind, found: found, from: source, at: now), connection, from: source, at: now)
    }

    private func isLocal(_ connection: Connection, at now: Timestamp) -> Bool {
        guard configuration.onlyLocalPods else { return true }
        let start = connection.start ?? now
        // A client from outside that this node passes on to a pod of another: the record of this node alone knows who it is.
        if externals.client(of: connection).map({ $0.address != connection.original.source }) ?? false { return true }
        return owners.owner(of: connection.original.source, at: start) != nil || owners.owner(of: connection.reply.source, at: start) != nil
    }

    private mutating func apply(_ effect: ConnectionStore.Effect, _ connection: Connection, from source: SourceID, at now: Moment) {
        statistics.count(effect.outcome)
        if effect.wasEvicted { statistics.evicted += 1 }
        if let ended = effect.ended { reporting.schedule(ended, store[ended], at: now.steady) }
        guard let slot = effect.slot else { return }
        if case .inserted = effect.outcome {
            let known = store.wasForgotten(connection, from: source) ? connection.counters : nil
            reporting.begin(slot, at: now.steady, alreadyReported: known)
            clients[slot] = nil
            resolvePods(of: slot)
        }
        reporting.schedule(slot, store[slot], at: now.steady)
    }
}
