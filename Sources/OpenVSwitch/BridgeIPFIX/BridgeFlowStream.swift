// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Metering

/// Makes counts of connections' directions out of the IPFIX Messages that a bridge sends about every packet.
///
/// Only packets as the bridge received them count: those that it sends on are the same ones again, and translated. So the tuples are
/// those of conntrack, the original one's for requests and the reply one's for answers, whatever the switch translates.
///
/// Pure: messages in, counts out.
public struct BridgeFlowStream: Sendable {
    /// What became of every record: `records` = `counted` + `sentOn` + `incomplete`.
    public struct Statistics: Sendable, Hashable {
        public internal(set) var messages: UInt64 = 0
        /// Messages that are no IPFIX.
        public internal(set) var malformed: UInt64 = 0
        /// Messages of other Observation Domains, which is: of other bridges.
        public internal(set) var otherDomain: UInt64 = 0
        public internal(set) var records: UInt64 = 0
        public internal(set) var counted: UInt64 = 0
        /// Records of packets as the bridge sent them on.
        public internal(set) var sentOn: UInt64 = 0
        /// Records without addresses, a direction or counters: of ARP, say.
        public internal(set) var incomplete: UInt64 = 0
        /// Sets before their template came: what they counted is not known.
        public internal(set) var setsWithoutTemplate: UInt64 = 0
        /// Records that were sent and have not come: what they counted is not known.
        public internal(set) var lost: UInt64 = 0
        /// Messages that came twice, and were counted once.
        public internal(set) var duplicates: UInt64 = 0

        public init(lost: UInt64 = 0, setsWithoutTemplate: UInt64 = 0) {
            self.lost = lost
            self.setsWithoutTemplate = setsWithoutTemplate
        }
    }

    public private(set) var statistics = Statistics()

    private static let maximumPlans = 4096

    private let domain: UInt32?
    private var decoder = MessageDecoder(isDatagram: true)
    /// Open vSwitch numbers the records of all domains of a bridge together, options records included.
    private var sequence = SequenceTracker()
    private var plans: [UInt64: BridgeFlowPlan] = [:]

    /// - Parameter observationDomainID: the bridge's; nil takes all.
    public init(observationDomainID: UInt32?) {
        domain = observationDomainID
    }

    /// Takes one whole Message, and appends what it counts.
    public mutating func receive(_ octets: [UInt8], at now: Timestamp, into counts: inout [DirectionCount]) {
        statistics.messages += 1
        let message: Message
        do throws(MessageError) {
            message = try decoder.decode(octets, at: now)
        } catch {
            statistics.malformed += 1
            return
        }
        let isDuplicate = track(message)
        // Open vSwitch sends its options records under domain 0.
        if let domain, message.header.observationDomainID != domain {
            if message.header.observationDomainID != 0 { statistics.otherDomain += 1 }
            return
        }
        if isDuplicate {
            statistics.duplicates += 1
            return
        }
        statistics.setsWithoutTemplate += UInt64(message.setsWithoutTemplate)
        for set in message.dataSets { take(set, in: octets, into: &counts) }
        for kept in message.released { take(kept.set, in: kept.octets, into: &counts) }
    }

    /// - Returns: whether the message was read before.
    private mutating func track(_ message: Message) -> Bool {
        let records = message.setsWithoutTemplate > 0 ? nil : message.dataSets.reduce(0) { $0 + $1.recordCount }
        let header = message.header
        let verdict = sequence.receive(sequenceNumber: header.sequenceNumber, records: records, exportTime: header.exportTime)
        statistics.lost = sequence.statistics.lost
        return verdict == .duplicate && records != 0
    }

    private mutating func take(_ set: DataSet, in octets: [UInt8], into counts: inout [DirectionCount]) {
        guard !set.template.isOptionsTemplate else { return }
        plan(set).decode(octets.span, set) { flow in count(flow, into: &counts) }
    }

    private mutating func plan(_ set: DataSet) -> BridgeFlowPlan {
        if let known = plans[set.templateGeneration] { return known }
        if plans.count >= Self.maximumPlans { plans.removeAll() }
        let plan = BridgeFlowPlan(set.template)
        plans[set.templateGeneration] = plan
        return plan
    }

    private mutating func count(_ flow: BridgeFlowPlan.Flow, into counts: inout [DirectionCount]) {
        statistics.records += 1
        if let direction = flow.direction, direction != 0 {
            statistics.sentOn += 1
        } else if flow.direction != nil, let count = flow.count {
            statistics.counted += 1
            counts.append(count)
        } else {
            statistics.incomplete += 1
        }
    }
}
