// SPDX-License-Identifier: Apache-2.0

/// Reads the Messages of one Transport Session; keeps its templates and sequence numbers.
///
/// A refused Message leaves nothing behind: its templates are taken over only once all of it has been read. A Set of an unknown
/// template is skipped and counted, the rest of the Message is used.
public struct MessageDecoder: Sendable {
    private var templates: TemplateTable
    private var sequences: [UInt32: SequenceTracker] = [:]
    /// More Observation Domains than this in one session are not followed by sequence number.
    private static let maximumDomains = 1024

    private let isDatagram: Bool

    /// - Parameters:
    ///   - maximumTemplates: templates kept for the session, all domains together.
    ///   - isDatagram: whether Messages come over UDP, where templates cannot be withdrawn: a forged withdrawal would blind the session.
    public init(maximumTemplates: Int = 4096, isDatagram: Bool = false) {
        templates = TemplateTable(capacity: maximumTemplates)
        self.isDatagram = isDatagram
    }

    /// How many templates were refused because the session had too many.
    public var templatesRefused: UInt64 { templates.refused }

    /// - Parameter octets: one whole Message.
    public mutating func decode(_ octets: [UInt8]) throws(MessageError) -> Message {
        try decode(unsafe octets.span.bytes)
    }

    public mutating func decode(_ octets: RawSpan) throws(MessageError) -> Message {
        let header = try MessageHeader(reading: octets)
        var message = Message(header: header)
        var pending = templates
        var countsAllRecords = true
        var position = MessageHeader.length
        while position < octets.byteCount {
            let set = try SetHeader(reading: octets, at: position)
            let body = (position + SetID.headerLength)..<(position + set.length)
            switch set.id {
            case SetID.template, SetID.optionsTemplate:
                try read(templatesIn: body, setID: set.id, of: octets, into: &pending, &message)
            case SetID.firstData...:
                if let entry = pending.entry(domain: header.observationDomainID, id: set.id) {
                    let count = try RecordWalker.count(of: entry.template, in: octets, body: body)
                    message.dataSets.append(
                        DataSet(template: entry.template, templateGeneration: entry.generation, body: body, recordCount: count))
                } else {
                    message.setsWithoutTemplate += 1
                    countsAllRecords = false
                }
            default:
                throw .reservedSetID(offset: position, id: set.id)
            }
            position += set.length
        }
        templates = pending
        message.sequence = track(message, countsAllRecords: countsAllRecords)
        return message
    }

    private func read(
        templatesIn body: Range<Int>, setID: UInt16, of octets: RawSpan, into table: inout TemplateTable, _ message: inout Message
    ) throws(MessageError) {
        var reader = TemplateSetReader(setID: setID, position: body.lowerBound, end: body.upperBound)
        let domain = message.header.observationDomainID
        while let change = try reader.next(in: octets) {
            switch change {
            case .define(let template):
                table.insert(template, domain: domain)
                message.templatesReceived += 1
            // RFC 7011 §8.4: over UDP Template Withdrawals are not used, and are ignored.
            case .withdraw where isDatagram, .withdrawAll where isDatagram:
                break
            case .withdraw(let id):
                table.withdraw(id: id, domain: domain)
                message.templatesWithdrawn += 1
            case .withdrawAll(let optionsTemplates):
                table.withdrawAll(domain: domain, optionsTemplates: optionsTemplates)
                message.templatesWithdrawn += 1
            }
        }
    }

    private mutating func track(_ message: Message, countsAllRecords: Bool) -> SequenceTracker.Verdict {
        let domain = message.header.observationDomainID
        guard sequences[domain] != nil || sequences.count < Self.maximumDomains else { return .unknown }
        let records = countsAllRecords ? message.dataSets.reduce(0) { $0 + $1.recordCount } : nil
        return sequences[domain, default: SequenceTracker()].receive(sequenceNumber: message.header.sequenceNumber, records: records)
    }
}

/// Set ID and length (RFC 7011 §3.3.2).
private struct SetHeader {
    let id: UInt16
    let length: Int

    init(reading octets: RawSpan, at offset: Int) throws(MessageError) {
        guard octets.byteCount - offset >= SetID.headerLength else {
            throw .badSetLength(offset: offset, length: octets.byteCount - offset)
        }
        id = octets.bigEndian(at: offset, as: UInt16.self)
        length = Int(octets.bigEndian(at: offset + 2, as: UInt16.self))
        guard length >= SetID.headerLength, offset + length <= octets.byteCount else {
            throw .badSetLength(offset: offset, length: length)
        }
    }
}
