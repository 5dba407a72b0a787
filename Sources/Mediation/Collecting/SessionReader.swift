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

    /// - Parameter isDatagram: whether Messages come over UDP.
    public init(exporter: String, isDatagram: Bool = false) {
        self.exporter = exporter
        decoder = MessageDecoder(isDatagram: isDatagram)
    }

    /// Reads one whole Message and hands over its flow records in order.
    ///
    /// - Returns: the error when the Message was refused; nothing of it was used then.
    public mutating func read(
        _ octets: [UInt8], at now: Timestamp, names: inout NameTable, _ receive: (FlowRecord, inout NameTable) -> Bool
    ) -> MessageError? {
        let message: Message
        do {
            message = try decoder.decode(octets)
        } catch {
            tally(domain: 0, at: now) { $0.malformed += 1 }
            return error
        }
        var records: UInt64 = 0, refused: UInt64 = 0
        var nodeName: NameID?
        for set in message.dataSets {
            let plan = plan(for: set)
            guard plan.hasAddresses else {
                otherRecords += UInt64(set.recordCount)
                continue
            }
            plan.decode(unsafe octets.span.bytes, set: set, names: &names) { flow, names in
                records += 1
                if !receive(flow, &names) { refused += 1 }
                nodeName = nodeName ?? flow.observingNode
            }
        }
        let domain = message.header.observationDomainID
        tally(domain: domain, at: now) {
            $0.messages += 1
            $0.records += records
            $0.refused += refused
            $0.setsWithoutTemplate += UInt64(message.setsWithoutTemplate)
            if case .lost(let count) = message.sequence { $0.lost += UInt64(count) }
        }
        if let nodeName, ledgerDomains.contains(domain) { nodeNames[domain] = nodeName }
        return nil
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
