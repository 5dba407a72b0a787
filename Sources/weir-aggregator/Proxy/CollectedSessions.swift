// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import IPFIXTransport
import Logging
import Mediation

/// The Transport Sessions of a Collecting Process, each with what reads it, for a thread that keeps nothing of them but counts.
struct CollectedSessions: ~Copyable {
    private(set) var statistics = Statistics()

    /// Ends a connection whose exporter malfunctions.
    private let end: @Sendable (TransportSession) -> Void
    private let nodeMismatch: NodeClaim.Mismatch
    private let logger: Logger
    private var sessions: [UInt64: Session] = [:]
    private var batch = FlowBatch()

    struct Statistics: Sendable, Hashable {
        var messages: UInt64 = 0
        /// Messages that are none.
        var malformed: UInt64 = 0
        /// Data Records that are neither flows nor known statistics, of sessions that are over.
        var otherRecords: UInt64 = 0
        /// Statistics of exporters and nodes: they are not passed on.
        var statisticsRecords: UInt64 = 0
        /// Records that the exporters sent and that did not come, by their sequence numbers.
        var lost: UInt64 = 0
        /// Records refused since they name another node than their sender's certificate.
        var foreignRecords: UInt64 = 0
    }

    private struct Session {
        let transport: TransportSession
        let address: IPAddress?
        var reader: SessionReader
        /// Nil where the transport proves nothing, and of another proxy.
        let claim: NodeClaim?
        var refusals = SessionRefusals()
    }

    init(nodeMismatch: NodeClaim.Mismatch, ending end: @escaping @Sendable (TransportSession) -> Void, logger: Logger) {
        self.nodeMismatch = nodeMismatch
        self.end = end
        self.logger = logger
    }

    /// Takes in what was collected, and hands over each flow with its exporter's address and Observation Domain.
    mutating func receive(
        _ batch: CollectedBatch, at now: Timestamp, names: inout NameTable,
        _ flow: (inout FlowRecord, inout NameTable, IPAddress?, UInt32) -> Bool
    ) {
        switch batch.event {
        case .opened: open(batch.session, names: &names)
        case .messages(let messages):
            guard var session = sessions.removeValue(forKey: batch.session.id) else { return }
            for message in messages where !session.reader.isMalfunctioning {
                read(message, of: &session, at: now, names: &names, flow)
            }
            count(&session.reader, names: names)
            sessions[batch.session.id] = session
            guard session.reader.isMalfunctioning else { return }
            logger.warning("session ended: its last messages were all malformed", metadata: ["peer": "\(batch.session)"])
            close(batch.session, at: now, names: names)
            end(batch.session)
        case .closed: close(batch.session, at: now, names: names)
        }
    }

    /// No template ends because the clock was set.
    mutating func clockWasSet(by difference: Duration) {
        for id in sessions.keys { sessions[id]?.reader.clockWasSet(by: difference) }
    }

    private mutating func open(_ transport: TransportSession, names: inout NameTable) {
        let reader = SessionReader(
            exporter: "\(transport.transport)://\(transport.peerAddress)", isDatagram: transport.transport.isDatagram)
        sessions[transport.id] = Session(
            transport: transport, address: IPAddress(transport.peerAddress), reader: reader,
            claim: transport.nodeName.map { NodeClaim(node: names.id(of: $0), mismatch: nodeMismatch) })
    }

    private mutating func close(_ transport: TransportSession, at now: Timestamp, names: borrowing NameTable) {
        guard var session = sessions.removeValue(forKey: transport.id) else { return }
        session.reader.end(at: now)
        count(&session.reader, names: names)
        statistics.otherRecords += session.reader.otherRecords
    }

    private mutating func read(
        _ message: [UInt8], of session: inout Session, at now: Timestamp, names: inout NameTable,
        _ flow: (inout FlowRecord, inout NameTable, IPAddress?, UInt32) -> Bool
    ) {
        statistics.messages += 1
        // The domain stands last in the message's header (RFC 7011 §3.1); what waited for a template of this message is of the same.
        let domain = message.dropFirst(12).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        let address = session.address, claim = session.claim
        var foreign: UInt64 = 0
        let error = session.reader.readBatches(message, at: now, names: &names, by: &batch) { batch, names, receptions in
            for index in batch.indices {
                if claim?.settle(&batch[index]) ?? true {
                    receptions.note(flow(&batch[index], &names, address, domain) ? .merged : .dropped(.withoutKey))
                } else {
                    foreign += 1
                    receptions.note(.dropped(.foreignNode))
                }
            }
        }
        if foreign > 0 {
            statistics.foreignRecords += foreign
            session.refusals.note(foreign: foreign, from: session.transport, logger)
        }
        guard let error else { return }
        statistics.malformed += 1
        session.refusals.note(error, from: session.transport, logger)
    }

    private mutating func count(_ reader: inout SessionReader, names: borrowing NameTable) {
        statistics.lost += reader.takeMinutes(names: names).reduce(0) { $0 + $1.lost }
        statistics.statisticsRecords += UInt64(reader.takeStatistics().count)
    }
}
