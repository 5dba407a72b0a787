// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The decoding of one Transport Session.
struct DecodedSession {
    private(set) var decoder: MessageDecoder
    private var domains: [UInt32: Domain] = [:]
    private(set) var templates = AnnouncedTemplates()
    private let registry: InformationElementRegistry
    let name: SessionName

    private struct Domain {
        var records: RecordDecoder
        /// When the exporter was started, from an options record.
        var started: Timestamp?
    }

    /// More Observation Domains than this share what is remembered of elements and start times.
    private static let maximumDomains = 1024

    init(name: SessionName, registry: InformationElementRegistry, decoder: MessageDecoder) {
        self.name = name
        self.registry = registry
        self.decoder = decoder
    }

    /// The sets of a Message that can be read, those it released first; in the order in which they came.
    mutating func decode(_ octets: [UInt8], at time: Timestamp) throws(MessageError) -> [DecodedSet] {
        let message = try decoder.decode(octets, at: time)
        if message.templatesReceived > 0 { templates.note(message) }
        var sets: [DecodedSet] = []
        for kept in message.released { sets.append(read(kept.set, in: kept.octets, header: kept.header, at: time)) }
        for set in message.dataSets { sets.append(read(set, in: octets, header: message.header, at: time)) }
        return sets
    }

    private mutating func read(_ set: DataSet, in octets: [UInt8], header: MessageHeader, at time: Timestamp) -> DecodedSet {
        let id = header.observationDomainID
        let key = domains[id] != nil || domains.count < Self.maximumDomains ? id : UInt32.max
        var domain = domains.removeValue(forKey: key) ?? Domain(records: RecordDecoder(registry: registry))
        // The span is used while `octets`, a parameter, is alive; and every pattern of octets is octets.
        let records = domain.records.records(of: set, in: unsafe octets.span.bytes, exportTime: header.exportTime) { [decoder] template in
            decoder.template(template, domain: id, at: time)
        }
        if set.template.isOptionsTemplate { for record in records { learn(from: record, &domain) } }
        defer { domains[key] = domain }
        let clock = header.netFlow9 != nil ? UptimeClock.packet(header) : domain.started.map(UptimeClock.started)
        return DecodedSet(
            template: set.template, records: records, origin: RecordOrigin(session: name, header: header), clock: clock)
    }

    private func learn(from record: DataRecord, _ domain: inout Domain) {
        _ = domain.records.learn(from: record)
        if case .dateTime(let time)? = record[Self.systemInitTime] { domain.started = time.timestamp }
    }

    private static let systemInitTime = InformationElement.ID(enterprise: .iana, number: 160)
}
