// SPDX-License-Identifier: Apache-2.0

/// Reads the Messages of one Transport Session; keeps its templates and sequence numbers, and for a while the data whose template
/// is still to come.
///
/// A refused Message leaves nothing behind but its count. One thing it takes away: a template that it tried to redefine and could not,
/// because the exporter means something else by the id now.
///
/// A Set of an unknown template is kept until the template comes, and then handed out with the Message that brought it.
public struct MessageDecoder: Sendable {
    public let limits: DecodingLimits
    /// Whether Messages come by datagram, where they may be lost or overtake each other (RFC 7011 §8.4).
    public let isDatagram: Bool

    var templates: TemplateTable
    /// The templates of an earlier session of the same exporter, for what this one has not announced itself.
    var inherited: TemplateTable?
    var domains: ObservedDomains
    var waiting: WaitingData
    private var uncounted = UncountedMessages()
    /// While it is this time, templates need not be looked through again.
    private var unswept: Range<Timestamp>?

    /// How often templates are looked through for those that are void.
    private static let sweepInterval = Duration.seconds(60)

    /// - Parameter isDatagram: whether Messages come over UDP. There templates cannot be withdrawn, since a forged withdrawal would blind
    ///   the session, may be redefined, and are void when they are not repeated.
    public init(limits: DecodingLimits = DecodingLimits(), isDatagram: Bool = false) {
        self.limits = limits
        self.isDatagram = isDatagram
        templates = TemplateTable(limits: limits, hasLifetimes: isDatagram)
        domains = ObservedDomains(capacity: limits.domains)
        waiting = WaitingData(limits: limits)
    }

    /// Reads a Message at the time it was exported, which suits files.
    public mutating func decode(_ octets: [UInt8]) throws(MessageError) -> Message {
        try decode(unsafe octets.span.bytes)
    }

    public mutating func decode(_ octets: RawSpan) throws(MessageError) -> Message {
        let isWhole = octets.byteCount >= MessageHeader.length
        let offset = isWhole && octets.bigEndian(at: 0, as: UInt16.self) == NetFlow9Header.version ? 8 : 4
        return try decode(octets, at: Timestamp(seconds: isWhole ? Int64(octets.bigEndian(at: offset, as: UInt32.self)) : 0))
    }

    /// - Parameters:
    ///   - octets: one whole Message; what a datagram has behind it is counted and not looked at.
    ///   - now: the time of arrival, for the lifetimes of templates and of data that wait for them.
    public mutating func decode(_ octets: [UInt8], at now: Timestamp) throws(MessageError) -> Message {
        try decode(unsafe octets.span.bytes, at: now)
    }

    public mutating func decode(_ octets: RawSpan, at now: Timestamp) throws(MessageError) -> Message {
        _ = expire(at: now)
        let header: MessageHeader
        do throws(MessageError) {
            header = try MessageHeader(reading: octets, acceptingNetFlow9: limits.acceptsNetFlow9)
        } catch {
            domains[nil].malformed.count(error.cause)
            throw error
        }
        let domain = domains.index(of: header.observationDomainID)
        var reading = MessageReading(header, counting: domains[domain], at: now)
        do throws(MessageError) {
            try read(octets, &reading)
        } catch {
            refuse(reading, because: error, domain: domain)
            throw error
        }
        reading.message.trailingOctets = octets.byteCount - Int(header.messageLength)
        accept(&reading, octets, domain: domain)
        return reading.message
    }

    /// Everything since the decoder was made, all domains together.
    public var statistics: DecodingStatistics {
        var sum = domains.others
        for (_, statistics) in domains.statistics { sum += statistics }
        return sum
    }

    /// By domain, in the order of their ids. Messages without a readable header, and those of domains beyond
    /// ``DecodingLimits/domains``, are only in ``statistics``.
    public var statisticsByDomain: [(domain: UInt32, statistics: DecodingStatistics)] { domains.statistics }

    /// Of one domain; nil before its first Message, and for those beyond ``DecodingLimits/domains``.
    public func statistics(of domain: UInt32) -> DecodingStatistics? { domains.statistics(of: domain) }

    private mutating func accept(_ reading: inout MessageReading, _ octets: RawSpan, domain: Int?) {
        templates.commit()
        let header = reading.message.header
        reading.statistics.messages += 1
        reading.statistics.octets += UInt64(header.messageLength)
        if reading.message.trailingOctets > 0 { reading.statistics.messagesWithTrailingOctets += 1 }
        if header.netFlow9 != nil { reading.statistics.netFlow9Messages += 1 }
        domains[domain] = reading.statistics
        // RFC 3954 §5.1: the numbers of NetFlow v9 count packets.
        let records: Int? = header.netFlow9 != nil ? 1 : reading.unread.isEmpty ? reading.records : nil
        reading.message.sequence = domains.receive(
            at: domain, sequenceNumber: header.sequenceNumber, records: records, exportTime: header.exportTime)
        let bringsAwaited = reading.bringsAwaited || reading.bringsTemplates && !reading.unread.isEmpty
        if !reading.unread.isEmpty { keep(reading, octets, domain: domain) }
        if bringsAwaited { release(into: &reading.message, at: reading.now, domain: domain) }
    }

    private mutating func refuse(_ reading: MessageReading, because error: MessageError, domain: Int?) {
        templates.undo()
        domains[domain].malformed.count(error.cause)
        guard let id = reading.unreadableTemplate else { return }
        let observed = reading.message.header.observationDomainID
        templates.remove(id: id, domain: observed, optionsTemplate: false)
        templates.remove(id: id, domain: observed, optionsTemplate: true)
        templates.commit()
        // The exporter's earlier session is no guide any more.
        if inherited?.entry(domain: observed, id: id, at: reading.now) != nil { inherited = nil }
    }

    /// Drops the data that have waited for their template too long, and templates that are void. Decoding does so too; this is for the
    /// time in which nothing comes.
    ///
    /// - Returns: the domain of each Set that was given up.
    public mutating func expire(at now: Timestamp) -> [UInt32] {
        sweep(at: now)
        return waiting.isEmpty ? [] : waiting.expire(at: now).map { giveUp($0) }
    }

    /// Gives up all data that wait for their template, because the session is over.
    ///
    /// - Returns: the domain of each Set.
    public mutating func abandonWaitingData() -> [UInt32] {
        waiting.removeAll().map { giveUp($0) }
    }

    private mutating func giveUp(_ set: WaitingData.Waiting) -> UInt32 {
        uncounted.abandon(set.message)
        domains.change(set.header.observationDomainID) { $0.setsExpired += 1 }
        return set.header.observationDomainID
    }

    private mutating func sweep(at now: Timestamp) {
        if let unswept, unswept.contains(now) { return }
        unswept = now..<now + Self.sweepInterval
        for domain in templates.expire(at: now) { domains.change(domain) { $0.templatesExpired += 1 } }
    }
}

// Data without template (RFC 7011 §9.3).
extension MessageDecoder {
    private mutating func keep(_ reading: MessageReading, _ octets: RawSpan, domain: Int?) {
        let header = reading.message.header
        let message =
            header.netFlow9 != nil
            ? 0
            : uncounted.add(
                domain: header.observationDomainID, sequenceNumber: header.sequenceNumber, records: reading.records,
                waitingSets: reading.unread.count)
        for (id, body) in reading.unread {
            let set = WaitingData.Waiting(octets: octets.copy(of: body), id: id, header: header, received: reading.now, message: message)
            if waiting.keep(set) {
                domains[domain].setsKept += 1
            } else {
                domains[domain].setsWithoutRoom += 1
                uncounted.abandon(message)
            }
        }
    }

    private mutating func release(into message: inout Message, at now: Timestamp, domain: Int?) {
        let observed = message.header.observationDomainID, exportTime = message.header.exportTime
        let table = templates
        let isDatagram = isDatagram
        let sets = waiting.release(domain: observed) { set in
            // RFC 7011 §8.2: a template describes what was exported since. Over UDP it is repeated, and has described data before.
            (isDatagram || Int32(bitPattern: set.header.exportTime &- exportTime) >= 0)
                && table.entry(domain: observed, id: set.id, at: now) != nil
        }
        for set in sets {
            guard let entry = table.entry(domain: observed, id: set.id, at: now) else { continue }
            release(set, by: entry, into: &message, domain: domain)
        }
    }

    private mutating func release(_ set: WaitingData.Waiting, by entry: TemplateTable.Entry, into message: inout Message, domain: Int?) {
        let body = set.octets.indices
        guard let count = try? RecordWalker.count(of: entry.template, in: unsafe set.octets.span.bytes, body: body) else {
            domains[domain].setsUnreadable += 1
            uncounted.abandon(set.message)
            return
        }
        domains[domain].setsReleased += 1
        domains[domain].count(records: count, of: entry.template)
        let data = DataSet(template: entry.template, templateGeneration: entry.generation, body: body, recordCount: count)
        message.released.append(KeptDataSet(octets: set.octets, set: data, header: set.header))
        if let (sequenceNumber, records) = uncounted.count(count, of: set.message) {
            domains.settle(set.header.observationDomainID, sequenceNumber: sequenceNumber, records: records)
        }
    }
}

extension RawSpan {
    fileprivate func copy(of range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(range.count)
        for offset in range { copy.append(octet(at: offset)) }
        return copy
    }
}
