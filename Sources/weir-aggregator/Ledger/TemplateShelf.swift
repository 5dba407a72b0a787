// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import IPFIXTransport
import Logging
import Mediation

/// The templates of exporters over UDP, who repeat them only now and then: kept for the next start, and given to sessions after one.
///
/// Over streams and DTLS a session begins with its templates, and they end with it (RFC 7011 §8.4), so those are not kept.
struct TemplateShelf {
    /// As the program before this one left them.
    private var saved: [String: [SavedTemplates]] = [:]
    private let began: Timestamp
    /// What is kept of each session.
    private var kept: [UInt64: Kept] = [:]
    private let logger: Logger

    private struct Kept {
        var announcements: UInt64
        var definitions: UInt64
        var time: Timestamp
    }

    /// Those that are older are void (RFC 7011 §8.4).
    static let lifetime = DecodingLimits().templateLifetime
    /// Between two savings of a session whose templates were repeated, so that their age is known; and of one that has other templates.
    private static let repetition = Duration.seconds(60), pause = Duration.seconds(5)
    /// Sessions that are saved at once, and octets of one: who sends invented templates fills no disk.
    private static let sessionsAtOnce = 16, maximumOctets = 64 << 10

    init(_ templates: [SavedTemplates] = [], began: Timestamp, logger: Logger) {
        saved = Dictionary(grouping: templates, by: \.exporter)
        self.began = began
        self.logger = logger
    }

    /// Gives a new session the templates that its exporter had: those that came from the same port, or from that address.
    mutating func restore(_ reader: inout SessionReader, of session: TransportSession, at now: Timestamp) {
        if now - began > Self.lifetime { saved = [:] }
        guard session.transport == .udp, let ofAddress = saved[reader.exporter] else { return }
        let ofPort = ofAddress.filter { $0.port == session.peerPort }
        var octets: [UInt8] = []
        for templates in ofPort.isEmpty ? ofAddress : ofPort {
            do throws(MessageError) {
                // Each alone, so that what cannot be read hides nothing else.
                var trial = SessionReader(exporter: reader.exporter, isDatagram: true)
                try trial.restoreTemplates(from: templates.octets, at: now)
                octets += templates.octets
            } catch {
                logger.warning(
                    "saved templates cannot be read, and are left out",
                    metadata: ["exporter": "\(templates.exporter)", "domain": "\(templates.observationDomainID)", "cause": "\(error)"])
            }
        }
        do throws(MessageError) {
            try reader.restoreTemplates(from: octets, at: now)
        } catch {
            logger.warning("saved templates cannot be used together", metadata: ["exporter": "\(reader.exporter)", "cause": "\(error)"])
        }
    }

    /// What is to be saved of a session now, if there is anything and `batch` has room for it.
    mutating func save(_ reader: SessionReader, of session: TransportSession, at now: Timestamp, into batch: inout [SavedTemplates]) {
        guard session.transport == .udp, reader.announcements > 0, batch.count < Self.sessionsAtOnce else { return }
        let present = Kept(announcements: reader.announcements, definitions: reader.templateDefinitions, time: now)
        if let before = kept[session.id] {
            guard before.announcements != present.announcements else { return }
            let pause = before.definitions != present.definitions ? Self.pause : Self.repetition
            guard now - before.time >= pause || now < before.time else { return }
        }
        kept[session.id] = present
        let templates = reader.savedTemplates()
        let octets = templates.reduce(0) { $0 + $1.octets.count }
        guard octets <= Self.maximumOctets else {
            logger.debug("templates are too large to be saved", metadata: ["exporter": "\(reader.exporter)", "octets": "\(octets)"])
            return
        }
        batch += templates.map {
            SavedTemplates(
                exporter: reader.exporter, port: session.peerPort, observationDomainID: $0.domain, octets: $0.octets, time: now)
        }
    }

    mutating func forget(_ session: TransportSession) { kept[session.id] = nil }
}
