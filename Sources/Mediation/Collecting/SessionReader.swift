// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// Turns the Messages of one Transport Session into flow records, and keeps the ledger of what did not become one.
public struct SessionReader: Sendable {
    /// As `tcp://192.0.2.7`.
    public let exporter: String

    private var decoder: MessageDecoder
    private var ledger: SessionLedger
    private var statistics: StatisticsReader
    /// By template generation: what was compiled from a template is used until the template changes.
    private var plans: [UInt64: FlowPlan] = [:]
    /// The plan of the last Set, which is usually that of the next.
    private var recentPlan: (generation: UInt64, plan: FlowPlan)?
    /// Data Records that are neither flows nor statistics.
    public private(set) var otherRecords: UInt64 = 0

    /// By how much the clock was set since the session began. Templates and what waits for them live by the time that really passes.
    private var clockSteps = Duration.zero
    /// Messages that brought templates: while it stays the same, so do what is saved of them and their age.
    public private(set) var announcements: UInt64 = 0

    private var malformedInARow = 0
    /// So many malformed Messages in a row are not an accident.
    private static let toleratedMalformed = 3

    /// - Parameter isDatagram: whether Messages come over UDP.
    public init(exporter: String, isDatagram: Bool = false, limits: DecodingLimits = DecodingLimits()) {
        self.exporter = exporter
        decoder = MessageDecoder(limits: limits, isDatagram: isDatagram)
        ledger = SessionLedger(exporter: exporter)
        statistics = StatisticsReader(exporter: exporter)
    }

    /// Whether the exporter should not be listened to any more, because its last few Messages were all malformed (RFC 7011 §9.1).
    ///
    /// Never over UDP, where anybody can send such Messages in the exporter's name.
    public var isMalfunctioning: Bool { malformedInARow >= Self.toleratedMalformed && !decoder.isDatagram }

    /// Falls back on the templates of an earlier session of the same exporter until this one has announced its own.
    public mutating func inheritTemplates(from earlier: SessionReader) {
        clockSteps = earlier.clockSteps
        decoder.inheritTemplates(from: earlier.decoder)
    }

    /// The clock that tells `now` was set, forwards or back: no template ends for that.
    public mutating func clockWasSet(by difference: Duration) { clockSteps = clockSteps + difference }

    /// The session's templates by Observation Domain, as Messages for ``restoreTemplates(from:at:)``.
    public func savedTemplates() -> [(domain: UInt32, octets: [UInt8])] {
        var saved: [(domain: UInt32, octets: [UInt8])] = []
        for message in decoder.savedTemplateMessages() {
            if saved.last?.domain == message.domain { saved[saved.count - 1].octets += message.octets } else { saved.append(message) }
        }
        return saved
    }

    /// Falls back on saved templates until this session has announced its own; each is believed as long as it would have been, had it
    /// not been saved (RFC 7011 §8.4).
    ///
    /// - Throws: when the octets are no Messages of templates; nothing is restored then.
    public mutating func restoreTemplates(from octets: [UInt8], at now: Timestamp) throws(MessageError) {
        try decoder.restoreTemplates(from: octets, at: now - clockSteps)
    }

    /// How often a template came that was new, or other than what its id meant before.
    public var templateDefinitions: UInt64 { decoder.templateDefinitions }

    /// Reads one whole Message and hands over its flow records in order, some at a time, after those that waited for a template which it
    /// brought.
    ///
    /// - Parameters:
    ///   - batch: what it has is given up.
    ///   - receive: notes what becomes of each of the batch.
    /// - Returns: the error when the Message was refused; nothing of it was used then.
    public mutating func readBatches(
        _ octets: [UInt8], at now: Timestamp, names: inout NameTable, by batch: inout FlowBatch,
        _ receive: (inout FlowBatch, inout NameTable, inout Receptions) -> Void
    ) -> MessageError? {
        expire(at: now)
        let message: Message
        do {
            message = try decoder.decode(octets, at: now - clockSteps)
            malformedInARow = 0
        } catch {
            malformedInARow += 1
            ledger.count(0, at: now) { $0.drop(.malformed(error.cause)) }
            return error
        }
        if message.templatesReceived > 0 { announcements += 1 }
        var reading = Reading(at: now)
        if !message.released.isEmpty {
            for kept in message.released { read(kept.set, of: kept.octets, kept.header, names: &names, by: &batch, &reading, receive) }
        }
        for set in message.dataSets { read(set, of: octets, message.header, names: &names, by: &batch, &reading, receive) }
        let domain = message.header.observationDomainID
        ledger.count(domain, at: now) {
            $0.messages += 1
            $0.records += reading.records
            $0.opened += reading.receptions.opened
            $0.merged += reading.receptions.merged
            for (cause, count) in reading.receptions.drops { $0.drop(cause, count) }
        }
        if message.sequence != .inOrder || message.setsWithoutTemplate > 0 || !message.released.isEmpty {
            enterLoss(of: domain, at: now, message)
        }
        if let nodeName = reading.nodeName { ledger.note(node: nodeName, of: domain) }
        return nil
    }

    /// Gives up data whose template has not come in time, for when nothing else comes.
    public mutating func expire(at now: Timestamp) {
        for domain in decoder.expire(at: now - clockSteps) { enterLoss(of: domain, at: now) }
        ledger.settleLoss(before: now - SessionLedger.patience)
    }

    /// Gives up all data that wait for a template: the session is over.
    public mutating func end(at now: Timestamp) {
        for domain in decoder.abandonWaitingData() { enterLoss(of: domain, at: now) }
        ledger.settleLoss(before: Timestamp(milliseconds: .max))
    }

    /// Notes that the exporter is still connected, so that a minute in which it had nothing to say does not look like silence.
    public mutating func noteAlive(at now: Timestamp) { ledger.noteAlive(at: now) }

    /// The nodes that the session's records name as their own, one for each Observation Domain.
    public var nodes: [NameID] { ledger.nodes }

    /// The Observation Domain whose records name a node as their own; nil when none does.
    public func domain(of node: NameID) -> UInt32? { ledger.domain(of: node) }

    /// The ledger's entries so far, by time; the next call begins anew.
    public mutating func takeMinutes(names: borrowing NameTable) -> [ExporterMinute] { ledger.take(names: names) }

    /// The statistics of rules, ports and exporters that came since the last call.
    public mutating func takeStatistics() -> [ReceivedStatistics] { statistics.take() }

    /// Enters into the ledger that statistics were refused after they had been read.
    public mutating func noteRefused(_ statistics: ReceivedStatistics) {
        ledger.count(statistics.observationDomainID, at: statistics.receivedAt) {
            $0.records += 1
            $0.drop(.foreignNode)
        }
    }

    private struct Reading {
        let now: Timestamp
        var records: UInt64 = 0
        var receptions = Receptions()
        var nodeName: NameID?

        init(at now: Timestamp) { self.now = now }
    }

    private mutating func read(
        _ set: DataSet, of octets: [UInt8], _ header: MessageHeader, names: inout NameTable, by batch: inout FlowBatch,
        _ reading: inout Reading, _ receive: (inout FlowBatch, inout NameTable, inout Receptions) -> Void
    ) {
        let plan = plan(for: set)
        guard plan.hasAddresses else {
            // The span is the array's, which lives through the call.
            if unsafe !statistics.read(octets.span.bytes, set: set, header: header, at: reading.now, names: &names) {
                otherRecords += UInt64(set.recordCount)
            }
            return
        }
        // The span is the array's, which lives through the call.
        plan.decode(unsafe octets.span.bytes, set: set, names: &names, by: &batch) { batch, names in
            reading.records += UInt64(batch.count)
            receive(&batch, &names, &reading.receptions)
            for index in batch.indices where reading.nodeName == nil { reading.nodeName = batch[index].observingNode }
        }
    }

    /// - Parameter message: what is entered of a domain that the decoder does not follow.
    private mutating func enterLoss(of domain: UInt32, at now: Timestamp, _ message: Message? = nil) {
        if let statistics = decoder.statistics(of: domain) {
            ledger.enter(statistics, of: domain, at: now)
        } else if let message {
            ledger.count(domain, at: now) {
                $0.lost += message.sequence.lost
                $0.drop(.withoutRoom, UInt64(message.setsWithoutTemplate))
            }
        }
    }

    private mutating func plan(for set: DataSet) -> FlowPlan {
        if let recentPlan, recentPlan.generation == set.templateGeneration { return recentPlan.plan }
        let plan = plans[set.templateGeneration] ?? FlowPlan(set.template)
        // Templates change seldom; a session that keeps changing them starts over rather than growing.
        if plans.count >= 4096 { plans.removeAll() }
        plans[set.templateGeneration] = plan
        recentPlan = (set.templateGeneration, plan)
        return plan
    }
}

extension FlowRecord {
    /// The node that a half names: its own. A record that names two nodes does not tell which of them sent it.
    fileprivate var observingNode: NameID? {
        let source = self[name: .sourceNodeName], destination = self[name: .destinationNodeName]
        return source == nil || destination == nil || source == destination ? source ?? destination : nil
    }
}

extension SequenceTracker.Verdict {
    fileprivate var lost: UInt64 {
        if case .lost(let count) = self { UInt64(count) } else { 0 }
    }
}
