// SPDX-License-Identifier: Apache-2.0

// What is read here is accepted or refused with the whole Message.
extension MessageDecoder {
    mutating func read(_ octets: RawSpan, _ reading: inout MessageReading) throws(MessageError) {
        let header = reading.message.header
        let isNetFlow9 = header.netFlow9 != nil
        let end = Int(header.messageLength)
        var position = header.length
        while position < end {
            let set = try SetHeader(reading: octets, at: position, end: end)
            reading.statistics.sets += 1
            switch SetKind(id: set.id, isNetFlow9: isNetFlow9) {
            case .data: try readData(set, octets, &reading)
            case .templates: try readTemplates(set, isOptions: false, octets, &reading)
            case .optionsTemplates: try readTemplates(set, isOptions: true, octets, &reading)
            // RFC 7011 §9.1 names what makes a Message malformed, and this is not among it; the length says where the next Set is.
            case .reserved: reading.statistics.reservedSets += 1
            }
            position = set.body.upperBound
        }
    }

    private mutating func readData(_ set: SetHeader, _ octets: RawSpan, _ reading: inout MessageReading) throws(MessageError) {
        let domain = reading.message.header.observationDomainID
        if let entry = templates.entry(domain: domain, id: set.id, at: reading.now) {
            try readData(set, by: entry, octets, &reading)
        } else if let entry = inherited?.entry(domain: domain, id: set.id, at: reading.now) {
            try readData(set, by: entry, octets, &reading)
            reading.statistics.setsByInheritedTemplate += 1
        } else {
            reading.message.setsWithoutTemplate += 1
            reading.statistics.setsWithoutTemplate += 1
            // A Set without octets has no records, whatever its template.
            if !set.body.isEmpty { reading.unread.append((set.id, set.body)) }
        }
    }

    private func readData(
        _ set: SetHeader, by entry: TemplateTable.Entry, _ octets: RawSpan, _ reading: inout MessageReading
    ) throws(MessageError) {
        let count = try RecordWalker.count(of: entry.template, in: octets, body: set.body)
        reading.statistics.count(records: count, of: entry.template)
        reading.message.dataSets.append(
            DataSet(template: entry.template, templateGeneration: entry.generation, body: set.body, recordCount: count))
    }

    private mutating func readTemplates(
        _ set: SetHeader, isOptions: Bool, _ octets: RawSpan, _ reading: inout MessageReading
    ) throws(MessageError) {
        if reading.message.header.netFlow9 == nil {
            var reader = TemplateSetReader(set, isOptions: isOptions, limits: limits)
            try readTemplates(&reader, octets, &reading)
        } else {
            var reader = NetFlow9TemplateReader(set, isOptions: isOptions, limits: limits)
            try readTemplates(&reader, octets, &reading)
        }
    }

    private mutating func readTemplates(
        _ reader: inout some TemplateReader, _ octets: RawSpan, _ reading: inout MessageReading
    ) throws(MessageError) {
        do throws(MessageError) {
            while let change = try reader.next(in: octets) { apply(change, &reading) }
        } catch {
            reading.unreadableTemplate = reader.id
            throw error
        }
    }

    private mutating func apply(_ change: TemplateChange, _ reading: inout MessageReading) {
        let domain = reading.message.header.observationDomainID
        switch change {
        case .define(let template): define(template, domain: domain, &reading)
        case .oversized(let id, let isOptionsTemplate):
            reading.count(isOptionsTemplate: isOptionsTemplate)
            reading.statistics.templatesRefused += 1
            templates.remove(id: id, domain: domain, optionsTemplate: false)
            templates.remove(id: id, domain: domain, optionsTemplate: true)
        // RFC 7011 §8.4: over UDP Template Withdrawals are not sent, and must be ignored.
        case .withdraw where isDatagram, .withdrawAll where isDatagram, .withdrawNothing: reading.statistics.withdrawalsIgnored += 1
        case .withdraw(let id):
            // Whichever Set the exporter put it into: an id is one template's only.
            let isKnown =
                templates.remove(id: id, domain: domain, optionsTemplate: false)
                || templates.remove(id: id, domain: domain, optionsTemplate: true)
            reading.count(withdrawalOfKnown: isKnown)
        case .withdrawAll(let optionsTemplates):
            reading.count(withdrawalOfKnown: templates.removeAll(domain: domain, optionsTemplates: optionsTemplates))
        }
    }

    private mutating func define(_ template: Template, domain: UInt32, _ reading: inout MessageReading) {
        reading.count(isOptionsTemplate: template.isOptionsTemplate)
        switch templates.insert(template, domain: domain, at: reading.now) {
        case .new, .repeated: break
        // Over UDP the new template replaces the other (RFC 7011 §8.4). Over a stream the exporter is in error, and what its data mean
        // is no longer certain (§8.1); that they are not what the old template says is, and the new one was sent to describe them.
        case .redefined: reading.statistics.redefinitions += 1
        case .refused:
            reading.statistics.templatesRefused += 1
            return
        }
        reading.message.templates.append(template)
        reading.bringsTemplates = true
        if waiting.awaits(domain: domain, id: template.id) { reading.bringsAwaited = true }
    }
}

/// Reads the Template Records of one Set.
protocol TemplateReader {
    /// The template that is being read, once its id is known to be one.
    var id: UInt16? { get }

    /// The next record; nil at the end, which may be padding.
    mutating func next(in message: RawSpan) throws(MessageError) -> TemplateChange?
}

extension TemplateSetReader: TemplateReader {}
extension NetFlow9TemplateReader: TemplateReader {}

extension MessageReading {
    fileprivate mutating func count(isOptionsTemplate: Bool) {
        message.templatesReceived += 1
        if isOptionsTemplate { statistics.optionsTemplates += 1 } else { statistics.templates += 1 }
    }

    fileprivate mutating func count(withdrawalOfKnown isKnown: Bool) {
        message.templatesWithdrawn += isKnown ? 1 : 0
        if isKnown { statistics.withdrawals += 1 } else { statistics.withdrawalsIgnored += 1 }
    }
}
