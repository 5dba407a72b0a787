// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import FlowTesting
import IPFIX
import IPFIXTransport
import Logging
import Mediation
import Synchronization
import Testing

@testable import weir_aggregator

/// The core thread between its two mailboxes, without sockets and store.
@Suite struct MediationLoopTests {
    private let template = Template(
        id: 300,
        fields: [
            FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv4Address), FieldSpecifier(.octetTotalCount),
            FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: 152), length: 8),
            FieldSpecifier(element: InformationElement.ID(enterprise: .iana, number: 153), length: 8),
        ])

    private func record(_ octets: UInt64) -> [UInt8] {
        Wire.octets(UInt32(0x0A00_0001), UInt32(0x0A00_0002), octets, UInt64(1_800_000_000_000), UInt64(1_800_000_001_000))
    }

    private final class Ended: Sendable {
        let sessions = Mutex<[TransportSession]>([])
    }

    /// Hands all events over, lets the loop end, and returns its records, its ledger and the sessions it ended.
    private func outcome(of events: [CollectedBatch]) -> (records: UInt64, minutes: [ExporterMinute], ended: [TransportSession]) {
        let collected = Mailbox<CollectedBatch>(capacity: 256)
        let stored = Mailbox<StoreBatch>(capacity: 256)
        let ended = Ended()
        for event in events { _ = collected.put(event) }
        collected.close()
        var loop = MediationLoop(
            MediationConfiguration(), firstConnection: 1, from: collected, and: Mailbox(capacity: 1), to: stored,
            ending: { session in ended.sessions.withLock { $0.append(session) } }, clock: SteadyClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let statistics = loop.run()
        stored.close()
        var minutes: [ExporterMinute] = []
        while case .element(let batch) = stored.take(timeout: .zero) { minutes += batch.exporterMinutes }
        return (statistics.received, minutes, ended.sessions.withLock { $0 })
    }

    private func session(_ id: UInt64, _ transport: Transport, port: UInt16 = 1, address: String = "192.0.2.7") -> TransportSession {
        TransportSession(id: id, transport: transport, peerAddress: address, peerPort: port)
    }

    private func batches(_ session: TransportSession, _ messages: [[UInt8]]) -> [CollectedBatch] {
        [CollectedBatch(session: session, event: .opened), CollectedBatch(session: session, event: .messages(messages))]
    }

    private let malformed = Wire.message(Wire.octets(UInt16(256), UInt16(0)))

    @Test("§9.1: a stream whose last three messages were malformed is ended, and read no further")
    func malfunctioning() {
        let stream = session(1, .tcp)
        let good = Wire.message(template.set, Wire.set(300, record(1)))
        let outcome = outcome(of: batches(stream, [malformed, malformed, good, malformed, malformed, malformed, good]))
        #expect(outcome.ended == [stream] && outcome.records == 1)
        #expect(outcome.minutes.reduce(0) { $0 + $1.malformed } == 5)
    }

    @Test("a datagram peer is not ended, whatever is sent in its name")
    func datagrams() {
        let good = Wire.message(template.set, Wire.set(300, record(1)))
        let outcome = outcome(of: batches(session(1, .udp), [malformed, malformed, malformed, malformed, good]))
        #expect(outcome.ended.isEmpty && outcome.records == 1)
    }

    @Test("an exporter that comes back from another UDP port is read by the templates it had; another address is not")
    func restartedExporter() {
        let data = Wire.message(Wire.set(300, record(2)))
        let first = batches(session(1, .udp), [Wire.message(template.set, Wire.set(300, record(1)))])
        let outcome = outcome(
            of: first + batches(session(2, .udp, port: 2), [data]) + batches(session(3, .udp, address: "192.0.2.8"), [data]))
        #expect(outcome.records == 2)
    }

    @Test("data that wait for their template when their session ends are in the ledger")
    func sessionEnds() {
        let peer = session(1, .udp)
        let events = batches(peer, [Wire.message(Wire.set(300, record(2)))])
        let outcome = outcome(of: events + [CollectedBatch(session: peer, event: .closed(.stopped))])
        #expect(outcome.minutes.map(\.setsWithoutTemplate) == [1] && outcome.records == 0)
    }
}
