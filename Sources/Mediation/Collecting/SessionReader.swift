// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// Turns the Messages of one Transport Session into flow records, and keeps the ledger of what did not become one.
public struct SessionReader: Sendable {
    /// As `tcp://192.0.2.7`.
    public let exporter: String

    private var decoder: MessageDecoder
    /// By template generation: what was compiled from a template is used until the template changes.
    private var plans: [UInt64: FlowPlan] = [:]
    private var minutes: [MinuteKey: ExporterMinute] = [:]
    /// The exporter's node by domain, once a record has told; for domains of ``ledgerDomains`` only.
    private var nodeNames: [UInt32: NameID] = [:]
    /// Observation Domains of a session that have entries of their own in the ledger; those of further ones go to domain 0, so that
    /// a sender cannot make an entry of each message.
    private static let maximumLedgerDomains = 64
    private var ledgerDomains: Set<UInt32> = []
    /// Data Records of Options Templates and others that are no flows.
    public private(set) var otherRecords: UInt64 = 0

    /// What the ledger has been told of each domain's loss.
    private var told: [UInt32: Loss] = [:]
    private var malformedInARow = 0
    /// So many malformed Messages in a row are not an accident.
    private static let toleratedMalformed = 3

    /// - Parameter isDatagram: whether Messages come over UDP.
    public init(exporter: String, isDatagram: Bool = false, limits: DecodingLimits = DecodingLimits()) {
        self.exporter = exporter
        decoder = MessageDecoder(limits: limits, isDatagram: isDatagram)
    }

    /// Whether the exporter should not be listened to any more, because its last few Messages were all malformed (RFC 7011 §9.1).
    ///
    /// Never over UDP, where anybody can send such Messages in the exporter's name.
    public var isMalfunctioning: Bool { malformedInARow >= Self.toleratedMalformed && !decoder.isDatagram }

    /// Falls back on the templates of an earlier session of the same exporter until this one has announced its own.
    public mutating func inheritTemplates(from earlier: SessionReader) {
        decoder.inheritTemplates(from: earlier.decoder)
    }

    /// Reads one whole Message and hands over its flow records in order, after those that waited for a template which it brought.
    ///
    /// - Returns: the error when the Message was refused; nothing of it was used then.
    public mutating func read(
        _ octets: [UInt8], at now: Timestamp, names: inout NameTable, _ receive: (FlowRecord, inout NameTable) -> Bool
    ) -> MessageError? {
        expire(at: now)
        let message: Message
        do {
            message = try decoder.decode(octets, at: now)
            malformedInARow = 0
        } catch {
            malformedInARow += 1
            tally(domain: 0, at: now) { $0.malformed += 1 }
            return error
        }
        var reading = Reading()
        for kept in message.released { read(kept.set, of: kept.octets, names: &names, &reading, receive) }
        for set in message.dataSets { read(set, of: octets, names: &names, &reading, receive) }
        let domain = message.header.observationDomainID
        tally(domain: domain, at: now) {
            $0.messages += 1
            $0.records += reading.records
            $0.refused += reading.refused
        }
        tellLoss(of: domain, at: now, otherwise: Loss(lost: message.sequence.lost, sets: UInt64(message.setsWithoutTemplate)))
        if let nodeName = reading.nodeName, ledgerDomains.contains(domain) { nodeNames[domain] = nodeName }
        return nil
    }

    /// Gives up data whose template has not come in time, for when nothing else comes.
    public mutating func expire(at now: Timestamp) {
        for domain in decoder.expire(at: now) { tellLoss(of: domain, at: now) }
    }

    /// Gives up all data that wait for a template: the session is over.
    public mutating func end(at now: Timestamp) {
        for domain in decoder.abandonWaitingData() { tellLoss(of: domain, at: now) }
    }

    private struct Reading {
        var records: UInt64 = 0, refused: UInt64 = 0
        var nodeName: NameID?
    }

    private mutating func read(
        _ set: DataSet, of octets: [UInt8], names: inout NameTable, _ reading: inout Reading,
        _ receive: (FlowRecord, inout NameTable) -> Bool
    ) {
        let plan = plan(for: set)
        guard plan.hasAddresses else {
            otherRecords += UInt64(set.recordCount)
            return
        }
        // The span is the array's, which lives through the call.
        plan.decode(unsafe octets.span.bytes, set: set, names: &names) { flow, names in
            reading.records += 1
            if !receive(flow, &names) { reading.refused += 1 }
            reading.nodeName = reading.nodeName ?? flow.observingNode
        }
    }

    /// Enters what the decoder knows of a domain's loss beyond what it knew before. Loss shrinks when Messages come late; in a minute that
    /// was taken already it stands, so the ledger says too much rather than too little.
    ///
    /// - Parameter unfollowed: what the last Message says itself, for a domain that the decoder does not follow.
    private mutating func tellLoss(of domain: UInt32, at now: Timestamp, otherwise unfollowed: Loss = Loss()) {
        guard let statistics = decoder.statistics(of: domain) else {
            tally(domain: domain, at: now) {
                $0.lost += unfollowed.lost
                $0.setsWithoutTemplate += unfollowed.sets
            }
            return
        }
        let before = told[domain] ?? Loss()
        let loss = Loss(lost: statistics.sequence.lost, sets: statistics.setsSkipped)
        if loss == before { return }
        told[domain] = loss
        tally(domain: domain, at: now) {
            $0.lost = loss.lost >= before.lost ? $0.lost + (loss.lost - before.lost) : $0.lost - min($0.lost, before.lost - loss.lost)
            $0.setsWithoutTemplate += loss.sets - before.sets
        }
    }

    /// Notes that the exporter is still connected, so that a minute in which it had nothing to say does not look like silence.
    public mutating func noteAlive(at now: Timestamp) {
        for domain in nodeNames.keys { tally(domain: domain, at: now) { _ in } }
    }

    /// The ledger's entries so far, by time; the next call begins anew.
    public mutating func takeMinutes(names: borrowing NameTable) -> [ExporterMinute] {
        var taken: [ExporterMinute] = []
        for var minute in minutes.values {
            minute.nodeName = nodeNames[minute.observationDomainID].map { names.text(of: $0) }
            taken.append(minute)
        }
        minutes.removeAll(keepingCapacity: true)
        return taken.sorted { ($0.minute, $0.observationDomainID) < ($1.minute, $1.observationDomainID) }
    }

    private mutating func plan(for set: DataSet) -> FlowPlan {
        if let plan = plans[set.templateGeneration] { return plan }
        let plan = FlowPlan(set.template)
        // Templates change seldom; a session that keeps changing them starts over rather than growing.
        if plans.count >= 4096 { plans.removeAll() }
        plans[set.templateGeneration] = plan
        return plan
    }

    private mutating func tally(domain: UInt32, at now: Timestamp, _ count: (inout ExporterMinute) -> Void) {
        if ledgerDomains.count < Self.maximumLedgerDomains { ledgerDomains.insert(domain) }
        let domain = ledgerDomains.contains(domain) ? domain : 0
        let key = MinuteKey(domain: domain, minute: Timestamp(seconds: now.seconds - now.seconds % 60))
        count(&minutes[key, default: ExporterMinute(exporter: exporter, observationDomainID: domain, minute: key.minute)])
    }

    private struct Loss: Hashable {
        var lost: UInt64 = 0
        var sets: UInt64 = 0
    }

    private struct MinuteKey: Hashable {
        let domain: UInt32
        let minute: Timestamp
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
