// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import FlowStore
import FlowTesting
import IPFIX
import Logging
import Mediation
import Synchronization
import Testing

@testable import IPFIXTransport
@testable import weir
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

    private struct Outcome {
        var statistics = MediationStatistics()
        var minutes: [ExporterMinute] = []
        var ended: [TransportSession] = []
        var runs: [AggregatorRun] = []
        var savedTemplates: [SavedTemplates] = []
        var intervals = 0
        var ledger = AggregatorLedger()

        var records: UInt64 { statistics.received }
    }

    /// Hands all events over, lets the loop end, and returns what came of it.
    ///
    /// - Parameter writer: of the store that the loop goes on from.
    private func outcome(
        of events: [CollectedBatch], resumingFrom writer: FlowWriter? = nil, transport: CollectingStatistics = CollectingStatistics()
    ) throws -> Outcome {
        let collected = Mailbox<CollectedBatch>(capacity: 256)
        let stored = Mailbox<StoreBatch>(capacity: 256)
        let ended = Ended()
        let board = LedgerBoard()
        for event in events { _ = collected.put(event) }
        collected.close()
        var loop = MediationLoop(
            MediationConfiguration(), firstConnection: 1, from: collected, and: Mailbox(capacity: 1), to: stored,
            ending: { session in ended.sessions.withLock { $0.append(session) } }, transport: { transport }, board: board,
            clock: SteadyClock(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        if let writer { try loop.resume(from: writer) }
        var outcome = Outcome(statistics: loop.run(), ended: ended.sessions.withLock { $0 }, ledger: board.present)
        stored.close()
        while case .element(let batch) = stored.take(timeout: .zero) {
            outcome.minutes += batch.exporterMinutes.filter { $0.exporter != ExporterMinute.aggregator || !$0.isComplete }
            outcome.runs += batch.run.map { [$0] } ?? []
            outcome.savedTemplates += batch.savedTemplates
            outcome.intervals += batch.intervals.count
            try writer?.write(batch)
        }
        return outcome
    }

    private func session(_ id: UInt64, _ transport: Transport, port: UInt16 = 1, address: String = "192.0.2.7") -> TransportSession {
        TransportSession(id: id, transport: transport, peerAddress: address, peerPort: port)
    }

    private func batches(_ session: TransportSession, _ messages: [[UInt8]]) -> [CollectedBatch] {
        [CollectedBatch(session: session, event: .opened), CollectedBatch(session: session, event: .messages(messages))]
    }

    private let malformed = Wire.message(Wire.octets(UInt16(256), UInt16(0)))

    @Test("§9.1: a stream whose last three messages were malformed is ended, and read no further")
    func malfunctioning() throws {
        let stream = session(1, .tcp)
        let good = Wire.message(template.set, Wire.set(300, record(1)))
        let outcome = try outcome(of: batches(stream, [malformed, malformed, good, malformed, malformed, malformed, good]))
        #expect(outcome.ended == [stream] && outcome.records == 1)
        #expect(outcome.minutes.reduce(0) { $0 + $1.malformed } == 5)
    }

    @Test("a datagram peer is not ended, whatever is sent in its name")
    func datagrams() throws {
        let good = Wire.message(template.set, Wire.set(300, record(1)))
        let outcome = try outcome(of: batches(session(1, .udp), [malformed, malformed, malformed, malformed, good]))
        #expect(outcome.ended.isEmpty && outcome.records == 1)
    }

    @Test("an exporter that comes back from another UDP port is read by the templates it had; another address is not")
    func restartedExporter() throws {
        let data = Wire.message(Wire.set(300, record(2)))
        let first = batches(session(1, .udp), [Wire.message(template.set, Wire.set(300, record(1)))])
        let outcome = try outcome(
            of: first + batches(session(2, .udp, port: 2), [data]) + batches(session(3, .udp, address: "192.0.2.8"), [data]))
        #expect(outcome.records == 2)
    }

    @Test("data that wait for their template when their session ends are in the ledger")
    func sessionEnds() throws {
        let peer = session(1, .udp)
        let events = batches(peer, [Wire.message(Wire.set(300, record(2)))])
        let outcome = try outcome(of: events + [CollectedBatch(session: peer, event: .closed(.stopped))])
        #expect(outcome.minutes.map(\.setsWithoutTemplate) == [1] && outcome.records == 0)
    }

    @Test("every record and every interval is accounted for, and the store is told of the run's begin and end")
    func accounts() throws {
        let good = Wire.message(template.set, Wire.set(300, record(1) + record(2)))
        let outcome = try outcome(of: batches(session(1, .udp), [good, malformed, good]))
        #expect(outcome.statistics.isBalanced && outcome.statistics.received == 4)
        // Records without protocol name no connection.
        #expect(outcome.minutes.reduce(0) { $0 + $1.refused } == 4 && outcome.minutes.allSatisfy(\.isBalanced))
        #expect(outcome.minutes.compactMap { $0.drops[.withoutKey] } == [4])
        #expect(outcome.minutes.compactMap { $0.drops[.malformed(.badSetLength)] } == [1])
        #expect(outcome.ledger.isBalanced && outcome.ledger.mediation == outcome.statistics)
        #expect(outcome.ledger.handedOver == outcome.intervals && outcome.ledger.waiting == outcome.intervals)
        let began = try #require(outcome.runs.first)
        let last = try #require(outcome.runs.last)
        #expect(!began.isOver && began.reached >= began.began && last.isOver && last.began == began.began)
    }

    @Test("what the sockets dropped is in the aggregator's own entry, by cause")
    func transportDrops() throws {
        var transport = CollectingStatistics()
        transport.kernelDrops = 5
        transport.refusedHandshakes = 2
        transport.displacedConnections = 1
        transport.malformed.wrongVersion = 4
        let outcome = try outcome(of: [], transport: transport)
        let minute = try #require(outcome.minutes.first)
        #expect(outcome.minutes.count == 1 && minute.exporter == "aggregator")
        #expect(minute.datagramsDropped == 5 && minute.sessionsRefused == 3 && minute.malformed == 4)
        #expect(minute.drops == [.receiveBuffer: 5, .handshake: 2, .displaced: 1, .malformed(.wrongVersion): 4])
    }

    @Test("templates of an exporter over UDP survive a restart: for the same port, else for the address; a stream's end with it")
    func savedTemplates() throws {
        let cluster = try Cluster()
        let message = Wire.message(template.set, exportTime: UInt32(clamping: SteadyClock().now.seconds))
        let other = Template(id: 300, fields: [FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv4Address)])
        do {
            let writer = try FlowStore.openForWriting(path: cluster.store)
            let before = try outcome(
                of: batches(session(1, .udp, port: 1), [message]) + batches(session(2, .udp, port: 2), [Wire.message(other.set)])
                    + batches(session(3, .tcp, address: "192.0.2.9"), [message]), resumingFrom: writer)
            #expect(before.savedTemplates.map(\.exporter) == ["udp://192.0.2.7", "udp://192.0.2.7"])
            #expect(before.savedTemplates.map(\.port) == [1, 2])
        }
        let data = Wire.message(Wire.set(300, record(2)))
        for (session, isRead) in [
            (session(1, .udp, port: 1), true), (session(1, .udp, address: "192.0.2.8"), false),
            (session(1, .tcp, address: "192.0.2.9"), false),
        ] {
            let writer = try FlowStore.openForWriting(path: cluster.store)
            #expect(try outcome(of: batches(session, [data]), resumingFrom: writer).records == (isRead ? 1 : 0), "\(session)")
        }
        // From a port that nobody knows, by what was saved of the address last.
        let writer = try FlowStore.openForWriting(path: cluster.store)
        let short = Wire.message(Wire.set(300, Wire.octets(UInt32(0x0A00_0001), UInt32(0x0A00_0002))))
        #expect(try outcome(of: batches(session(1, .udp, port: 3), [short]), resumingFrom: writer).records == 1)
    }

    @Test("saved templates that are no templates, or too old, are left out, and nothing stops")
    func brokenTemplates() throws {
        let cluster = try Cluster()
        let data = Wire.message(Wire.set(300, record(2)))
        let now = SteadyClock().now
        let writer = try FlowStore.openForWriting(path: cluster.store)
        var batch = StoreBatch()
        for (port, octets) in [(1, [0, 10, 0]), (2, malformed), (3, Wire.message(template.set, exportTime: 1))] as [(UInt16, [UInt8])] {
            batch.savedTemplates.append(
                SavedTemplates(exporter: "udp://192.0.2.7", port: port, observationDomainID: 1, octets: octets, time: now))
        }
        try writer.write(batch)
        for port in 1...3 as ClosedRange<UInt16> {
            #expect(try outcome(of: batches(session(1, .udp, port: port), [data]), resumingFrom: writer).records == 0, "port \(port)")
        }
        // Its own templates are read as ever.
        let good = Wire.message(template.set, Wire.set(300, record(1)))
        #expect(try outcome(of: batches(session(1, .udp, port: 2), [good]), resumingFrom: writer).records == 1)
    }
}
