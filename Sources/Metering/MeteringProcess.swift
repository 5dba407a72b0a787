// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// Observations of connections in, flow records out (RFC 5470 §5.1). One node's.
///
/// A connection is reported `activeTimeout` after it was first seen, then whenever it has changed and `activeTimeout` has passed,
/// and once when it has ended; nothing is reported twice without change. Totals are since the connection began, deltas since its
/// previous record. Calls must not go back in time.
public struct MeteringProcess: ~Copyable {
    public let configuration: MeteringConfiguration
    public private(set) var statistics = MeteringStatistics()
    /// The texts behind the ids of this process's records.
    public private(set) var names: NameTable

    private var store: ConnectionStore
    private var denied: DeniedStore
    private var pods: [IPAddress: MeteredConnection.PodReference] = [:]
    private var rules: [UInt32: PolicyRule] = [:]
    private var replaced: [MeteredConnection] = []
    private let nodeName: NameID
    private let tcpStates: [NameID]

    public init(_ configuration: MeteringConfiguration, seed: UInt64) {
        self.configuration = configuration
        names = NameTable(seed: seed)
        store = ConnectionStore(capacity: configuration.capacity)
        denied = DeniedStore(capacity: configuration.capacity)
        nodeName = names.id(of: configuration.nodeName)
        var states: [NameID] = []
        for state in Connection.TCPState.allCases { states.append(names.id(of: state.name)) }
        tcpStates = states
    }

    /// Connections metered at present.
    public var connectionCount: Int { store.entries.count }

    /// Replaces what is known of this node's pods. Connections keep the names they have.
    public mutating func update(pods list: [LocalPod]) {
        pods.removeAll(keepingCapacity: true)
        for pod in list {
            let reference = MeteredConnection.PodReference(name: names.id(of: pod.name), namespace: names.id(of: pod.namespace))
            for address in pod.addresses { pods[address] = reference }
        }
    }

    /// Replaces what rule ids stand for.
    public mutating func update(rules: [UInt32: PolicyRule]) { self.rules = rules }

    /// Takes one poll that was read before.
    public mutating func observe(_ poll: Poll, from source: SourceID = .first) {
        beginPoll(of: source)
        for connection in poll.connections { observe(connection, from: source, at: poll.time) }
        endPoll(of: source, isWhole: poll.isWhole)
    }

    /// Begins a poll: call it before the source begins to read its table.
    ///
    /// Events may come while a poll goes on. What they tell in that time counts as seen by the poll, which may have read the table
    /// before or after it: so a poll neither ends a connection that began meanwhile nor brings back one that went.
    public mutating func beginPoll(of source: SourceID) { store.beginPoll(isWhole: false) }

    /// Takes one entry of the poll that goes on.
    public mutating func observe(_ connection: Connection, from source: SourceID, at now: Timestamp) {
        guard admits(connection) else { return }
        count(store.observe(connection, at: now, replaced: &replaced))
    }

    /// Ends a poll.
    ///
    /// - Parameter isWhole: whether the whole table was read: only then has a connection that is missing ended.
    public mutating func endPoll(of source: SourceID, isWhole: Bool) { store.endPoll(isWhole: isWhole) }

    /// Takes one event. Events of a source come in the order in which they happened; any may be missing.
    public mutating func observe(_ connection: Connection, kind: ConnectionEvent.Kind, from source: SourceID, at now: Timestamp) {
        guard admits(connection) else { return }
        var connection = connection
        if kind == .destroyed { connection.status.insert(.dying) }
        count(store.observe(connection, at: now, replaced: &replaced))
    }

    private mutating func count(_ outcome: ConnectionStore.Outcome) {
        switch outcome {
        case .updated, .inserted: statistics.metered += 1
        case .full: statistics.overCapacity += 1
        }
    }

    /// Takes one packet that policy refused.
    public mutating func observe(_ packet: DeniedConnection) {
        statistics.denied += 1
        if !denied.observe(packet) { statistics.deniedOverCapacity += 1 }
    }

    private mutating func admits(_ connection: Connection) -> Bool {
        if !configuration.zones.isEmpty, !configuration.zones.contains(connection.zone) {
            statistics.otherZone += 1
            return false
        }
        if configuration.acceptedMarkMask != 0, connection.mark & configuration.acceptedMarkMask == 0 {
            statistics.notAccepted += 1
            return false
        }
        let isLocal = pods[connection.original.source] != nil || pods[connection.reply.source] != nil
        // A pod that is gone from the switch still ends its connections under the name they have.
        if configuration.onlyLocalPods, !isLocal, !store.contains(connection) {
            statistics.notLocal += 1
            return false
        }
        return true
    }
}

extension MeteringProcess {
    /// The records that are due after the latest poll. What that poll did not show has ended if it read the whole table.
    ///
    /// - Parameter isWhole: false where the poll's own word is not to be trusted.
    public mutating func expire(at now: Timestamp, isWhole: Bool = true, into records: inout [FlowRecord]) {
        report(at: now, isWhole: isWhole, flushing: false, into: &records)
    }

    /// Everything that has changed since its last record, whether due or not: what a program sends before it stops.
    public mutating func flush(at now: Timestamp, into records: inout [FlowRecord]) {
        report(at: now, isWhole: false, flushing: true, into: &records)
    }

    private mutating func report(at now: Timestamp, isWhole: Bool, flushing: Bool, into records: inout [FlowRecord]) {
        let before = records.count
        let builder = FlowRecordBuilder(
            nodeName: nodeName, pods: pods, podNetworks: configuration.podNetworks, rules: rules, tcpStates: tcpStates)
        for var old in replaced where old.hasUnreportedEnd {
            builder.resolvePods(of: &old)
            records.append(builder.record(of: old, reason: .endOfFlow, names: &names))
        }
        replaced.removeAll(keepingCapacity: true)
        reportConnections(at: now, isWhole: isWhole && store.isPollWhole, flushing: flushing, builder, into: &records)
        denied.expire(
            at: now, activeTimeout: configuration.activeTimeout, idleTimeout: configuration.idleTimeout, flushing: flushing
        ) { entry in records.append(builder.record(of: entry, names: &names)) }
        statistics.records += UInt64(records.count - before)
    }

    private mutating func reportConnections(
        at now: Timestamp, isWhole: Bool, flushing: Bool, _ builder: FlowRecordBuilder, into records: inout [FlowRecord]
    ) {
        let active = configuration.activeTimeout, idle = configuration.idleTimeout
        store.visit { connection, wasSeen in
            builder.resolvePods(of: &connection)
            let isGone = isWhole && !wasSeen
            if let reason = connection.reasonToReport(at: now, isGone: isGone, active: active, idle: idle, flushing: flushing) {
                records.append(builder.record(of: connection, reason: reason, names: &names))
                connection.noteReport(at: now, isEnd: reason == .endOfFlow)
            }
            return !isGone
        }
    }
}

extension MeteredConnection {
    /// Whether a connection that is over has something to report: its end, or a change since its end was reported.
    fileprivate var hasUnreportedEnd: Bool { hasUnreportedChange || !isEndReported }

    /// Nil when nothing is due.
    fileprivate func reasonToReport(
        at now: Timestamp, isGone: Bool, active: Duration, idle: Duration, flushing: Bool
    ) -> FlowEndReason? {
        if isGone || hasEnded {
            return hasUnreportedEnd ? .endOfFlow : nil
        }
        guard hasUnreportedChange else { return nil }
        if flushing || now - lastReport >= active { return .activeTimeout }
        return now - lastActive >= idle ? .idleTimeout : nil
    }
}
