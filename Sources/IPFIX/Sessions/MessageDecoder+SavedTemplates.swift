// SPDX-License-Identifier: Apache-2.0

// An exporter that sends by datagram repeats its templates every ten minutes or so. A session that begins anew, because the exporter
// uses another port or the collector was restarted, need not be blind until then.
extension MessageDecoder {
    /// Reads what this session has not announced itself by the templates of an earlier one of the same exporter, as long as they live.
    ///
    /// Takes constant time and no room of its own. Every Set so read is counted (``DecodingStatistics/setsByInheritedTemplate``):
    /// the exporter may mean something else by the same id.
    public mutating func inheritTemplates(from earlier: MessageDecoder) {
        inherited = (earlier.templates.count > 0 ? earlier.templates : earlier.inherited)?.asInherited
    }

    /// How often a template came that was new, or other than what its id meant before.
    public var templateDefinitions: UInt64 { templates.generation }

    /// The session's templates as IPFIX Messages without data, one after another: ``savedTemplateMessages()`` together.
    public func savedTemplates() -> [UInt8] { savedTemplateMessages().flatMap(\.octets) }

    /// The session's templates as IPFIX Messages without data, in the order of their domains.
    ///
    /// Each Message is of one domain, and its Export Time is when the oldest of its templates came. NetFlow v9's are written as what they
    /// are read as. Left out are its Options Templates without scope, which IPFIX does not have, and templates of more than 8,000 fields.
    public func savedTemplateMessages() -> [(domain: UInt32, octets: [UInt8])] {
        var saved: [(domain: UInt32, octets: [UInt8])] = []
        var sets: [UInt8] = []
        var domain: UInt32 = 0
        var oldest = Timestamp(milliseconds: .max)
        func finish() {
            if sets.isEmpty { return }
            let header = MessageHeader(
                messageLength: UInt16(MessageHeader.length + sets.count), exportTime: UInt32(clamping: oldest.seconds), sequenceNumber: 0,
                observationDomainID: domain)
            saved.append((domain, header.octets + sets))
            sets = []
            oldest = Timestamp(milliseconds: .max)
        }
        for known in templates.all where known.entry.template.canBeSaved {
            let set = known.entry.template.set
            if known.domain != domain || MessageHeader.length + sets.count + set.count > Int(UInt16.max) { finish() }
            domain = known.domain
            sets += set
            oldest = min(oldest, known.entry.received)
        }
        finish()
        return saved
    }

    /// Inherits templates from what ``savedTemplates()`` wrote; they live from the Export Time they have there.
    ///
    /// Sets of data are passed over. What was inherited before is replaced; after an error it is not.
    ///
    /// - Returns: how many templates there are now to fall back on.
    /// - Throws: the error of the first Message that cannot be read, its offset counted from its own start.
    @discardableResult
    public mutating func restoreTemplates(from octets: [UInt8], at now: Timestamp) throws(MessageError) -> Int {
        var reader = MessageDecoder(limits: limits, isDatagram: isDatagram)
        var position = 0
        while position < octets.count {
            let rest = octets[position...]
            let length = rest.count >= 4 ? Int(rest[position + 2]) << 8 | Int(rest[position + 3]) : rest.count
            // A Message takes at least its header, so this ends.
            let message = try reader.decode(Array(rest.prefix(max(length, MessageHeader.length))))
            position += Int(message.header.messageLength)
        }
        // The saved times are as trustworthy as the file; none lies ahead.
        for known in reader.templates.all where known.entry.received > now { reader.templates.renew(known.entry, known.domain, at: now) }
        inherited = reader.templates.asInherited
        return reader.templates.count
    }
}

extension Template {
    /// Whether IPFIX can write it into one Message. A field takes at most eight octets; in NetFlow v9 it took four.
    fileprivate var canBeSaved: Bool {
        isOptionsTemplate == (scopeFieldCount > 0) && MessageHeader.length + 10 + 8 * fields.count <= Int(UInt16.max)
    }
}
