// SPDX-License-Identifier: Apache-2.0

/// Makes the Messages of one Transport Session and Observation Domain of records and templates.
///
/// Templates go out before the records they describe and again by the ``TemplateRule``; sequence numbers count Data Records, those of
/// Options Templates included (RFC 7011 §3.1). No Message is longer than the maximum. Messages are handed on in the order in which they
/// must be sent.
public struct MessageWriter: Sendable {
    public let observationDomainID: UInt32
    public let maximumLength: Int
    /// Of the next Message with records, modulo 2³².
    public private(set) var sequenceNumber: UInt32
    /// In the order in which they were added.
    public private(set) var templates: [Template] = []

    private let rule: TemplateRule
    private var packer: SetPacker
    private var templatesSent: Timestamp?
    private var messagesSinceTemplates = 0
    /// How many of the first templates the receiver has been told.
    private var announcedTemplates = 0

    /// - Parameters:
    ///   - maximumLength: octets of a Message, header included; at most 65,535 are used.
    ///   - alignment: see ``SetPacker/init(maximumLength:maximumRecords:alignment:)``.
    ///   - sequenceNumber: other than 0 to go on where another writer stopped in the same session.
    public init(
        observationDomainID: UInt32, rule: TemplateRule, maximumLength: Int, alignment: Int = 1, sequenceNumber: UInt32 = 0
    ) {
        self.observationDomainID = observationDomainID
        self.rule = rule
        self.maximumLength = min(maximumLength, Int(UInt16.max))
        self.sequenceNumber = sequenceNumber
        packer = SetPacker(maximumLength: maximumLength, alignment: alignment)
    }

    /// Octets of the Message that waits for more records; 0 when none waits.
    public var waitingLength: Int { packer.messageLength }

    /// Lets records of a template be sent. It goes out with the next record or ``flush(at:)``.
    public mutating func add(_ template: Template) throws(EncodingError) {
        guard template.id >= SetID.firstData, !templates.contains(where: { $0.id == template.id }) else {
            throw .badTemplateID(template.id)
        }
        guard packer.fits(recordOctets: template.encodedLength, shortestRecord: 4) else {
            throw .templateTooLong(id: template.id, octets: template.encodedLength, maximumMessage: maximumLength)
        }
        templates.append(template)
    }

    /// Forgets a template; over a stream the receiver is told (RFC 7011 §8.1), after the records that wait.
    public mutating func withdraw(_ id: UInt16, at now: Timestamp) throws(EncodingError) -> [[UInt8]] {
        guard let index = templates.firstIndex(where: { $0.id == id }) else { throw .unknownTemplate(id: id) }
        var messages = flush(at: now)
        let template = templates.remove(at: index)
        announcedTemplates -= 1
        if rule == .once { messages.append(message(MessageBody(sets: template.withdrawal, recordCount: 0), at: now)) }
        return messages
    }

    /// Adds a record, in the octets its template asks for; returns the Messages that are ready.
    public mutating func append(_ record: [UInt8], of templateID: UInt16, at now: Timestamp) throws(EncodingError) -> [[UInt8]] {
        guard let template = templates.first(where: { $0.id == templateID }) else { throw .unknownTemplate(id: templateID) }
        guard packer.fits(recordOctets: record.count, shortestRecord: template.minimumRecordLength) else {
            throw .recordTooLong(templateID: templateID, octets: record.count, maximumMessage: maximumLength)
        }
        var messages = sendTemplatesIfDue(at: now)
        if let body = packer.append(record, setID: templateID, shortestRecord: template.minimumRecordLength) {
            messages.append(message(body, at: now))
        }
        return messages
    }

    /// What waits, and the templates if they are due; may be empty.
    public mutating func flush(at now: Timestamp) -> [[UInt8]] {
        var messages = sendTemplatesIfDue(at: now)
        if let body = packer.flush() { messages.append(message(body, at: now)) }
        return messages
    }

    private mutating func sendTemplatesIfDue(at now: Timestamp) -> [[UInt8]] {
        let isDue = rule.isDue(lastSent: templatesSent, now: now, messagesSince: messagesSinceTemplates)
        let due = isDue ? templates[...] : templates[announcedTemplates...]
        guard !due.isEmpty else { return [] }
        // Before what waits: its templates may have come to the end of their lifetime at the receiver (RFC 7011 §8.4).
        let messages = packer.bodies(of: Array(due)).map { message($0, at: now) }
        announcedTemplates = templates.count
        if isDue {
            templatesSent = now
            messagesSinceTemplates = 0
        }
        return messages
    }

    private mutating func message(_ body: MessageBody, at now: Timestamp) -> [UInt8] {
        defer {
            sequenceNumber &+= body.recordCount
            messagesSinceTemplates += 1
        }
        return body.message(exportTime: now, sequenceNumber: sequenceNumber, observationDomainID: observationDomainID)
    }
}
