// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import FlowStore
import IPFIX
import IPFIXTransport
import Logging
import Mediation

/// The core thread: reads messages, mediates their records, and hands intervals to the store in batches.
///
/// It owns the name table, the sessions and the mediator alone, so there are no locks. It ends when its mailbox is closed and empty,
/// after everything it holds has been handed on.
struct MediationLoop: ~Copyable {
    private let collected: Mailbox<CollectedBatch>
    /// News of the cluster.
    private let changes: Mailbox<ClusterChange>
    private let stored: Mailbox<StoreBatch>
    /// Ends a connection whose exporter malfunctions.
    private let end: @Sendable (TransportSession) -> Void
    private let nodeMismatch: NodeClaim.Mismatch
    /// What the sockets have counted.
    private let transport: @Sendable () -> CollectingStatistics
    private let board: LedgerBoard?
    private let clock: SteadyClock
    private let logger: Logger

    private var names: NameTable
    private var mediator: Mediator
    private var batch = FlowBatch()
    private var sessions: [UInt64: Session] = [:]
    private var ended: [ExporterMinute] = []
    private var endedStatistics: [ReceivedStatistics] = []
    private var namesHandedOver: UInt32 = 0
    private var intervals: [FlowInterval] = []
    private var lastExpiry: Timestamp
    private let began: Timestamp
    private var drops = TransportDrops()
    private var templates: TemplateShelf
    private var handedOver = 0
    /// When the store was told last that the aggregator is there.
    private var lastNoted: Timestamp?
    /// By how much the clock had been set when the mediator was told last.
    private var clockSteps = Duration.zero

    private struct Session {
        let transport: TransportSession
        var reader: SessionReader
        var lastHeard: Timestamp
        /// Nil where the transport proves nothing.
        let claim: NodeClaim?
        var refusals = SessionRefusals()
    }

    /// How often what is due is handed over, however much comes in.
    private static let rhythm = Duration.milliseconds(250)
    private static let changesAtOnce = 64
    /// How often the store is told that the aggregator is there, when there is nothing else to tell.
    private static let signOfLife = Duration.seconds(10)

    init(
        _ configuration: MediationConfiguration, firstConnection: Int64, from collected: Mailbox<CollectedBatch>,
        and changes: Mailbox<ClusterChange>, to stored: Mailbox<StoreBatch>, ending end: @escaping @Sendable (TransportSession) -> Void,
        nodeMismatch: NodeClaim.Mismatch = .refuse, transport: @escaping @Sendable () -> CollectingStatistics = { CollectingStatistics() },
        board: LedgerBoard? = nil, clock: SteadyClock, logger: Logger
    ) {
        self.collected = collected
        self.changes = changes
        self.stored = stored
        self.end = end
        self.nodeMismatch = nodeMismatch
        self.transport = transport
        self.board = board
        self.clock = clock
        self.logger = logger
        names = NameTable(seed: .random(in: .min ... .max))
        mediator = Mediator(configuration, firstConnection: firstConnection, names: &names)
        lastExpiry = clock.now
        began = lastExpiry
        templates = TemplateShelf(began: began, logger: logger)
    }

    /// Goes on with the connections that the program before this one left in the store, however it ended.
    mutating func resume(from writer: FlowWriter) throws(StoreError) {
        let now = clock.now
        let configuration = mediator.configuration
        // The last interval of one that is still waited for may be as old as it may be silent, and its window.
        let horizon = configuration.inactiveTimeout + configuration.window + configuration.clockTolerance
        let count = try writer.lastIntervals(within: horizon, at: now, limit: configuration.capacity, names: &names) {
            mediator.resume($0, at: now)
        }
        templates = TemplateShelf(try writer.savedTemplates(since: now - TemplateShelf.lifetime), began: began, logger: logger)
        if count > 0 { logger.info("connections resumed", metadata: ["connections": "\(mediator.statistics.resumed)"]) }
    }

    /// - Returns: what became of every record.
    mutating func run() -> MediationStatistics {
        send(at: clock.now)
        while true {
            switch collected.take(timeout: Self.rhythm) {
            case .element(let batch): receive(batch)
            case .timedOut: break
            case .closed:
                finish()
                return mediator.statistics
            }
            applyChanges()
            let now = timeNow()
            if now - lastExpiry >= Self.rhythm || now < lastExpiry { handOver(at: now) }
        }
    }

    /// At most as many at a time as keep the records waiting for a moment only: each may be a page of a list.
    private mutating func applyChanges() {
        for _ in 0..<Self.changesAtOnce {
            guard case .element(let change) = changes.take(timeout: .zero) else { return }
            mediator.apply(change, names: &names)
        }
    }

    /// The present time, once the mediator knows of it if the clock was set.
    private mutating func timeNow() -> Timestamp {
        let now = clock.now, steps = clock.stepped
        guard steps != clockSteps else { return now }
        logger.notice("the clock was set", metadata: ["by": "\((steps - clockSteps).wholeMilliseconds) ms"])
        mediator.clockWasSet(by: steps - clockSteps, at: now)
        for id in sessions.keys { sessions[id]?.reader.clockWasSet(by: steps - clockSteps) }
        clockSteps = steps
        return now
    }

    private mutating func receive(_ batch: CollectedBatch) {
        let now = timeNow()
        switch batch.event {
        case .opened: open(batch.session, at: now)
        case .messages(let messages):
            guard var session = sessions.removeValue(forKey: batch.session.id) else { return }
            session.lastHeard = now
            for message in messages where !session.reader.isMalfunctioning { read(message, of: &session, at: now) }
            for node in session.reader.nodes { mediator.hear(node, at: now) }
            sessions[batch.session.id] = session
            if session.reader.isMalfunctioning {
                logger.warning("session ended: its last messages were all malformed", metadata: ["peer": "\(batch.session)"])
                close(batch.session, at: now)
                end(batch.session)
            }
        case .closed(let end):
            close(batch.session, at: now)
            logger.debug("session ended", metadata: ["peer": "\(batch.session)", "reason": "\(end)"])
        }
    }

    private mutating func open(_ transport: TransportSession, at now: Timestamp) {
        var reader = SessionReader(
            exporter: "\(transport.transport)://\(transport.peerAddress)", isDatagram: transport.transport.isDatagram,
            limits: DecodingLimits(sharing: sessions.count + 1))
        // An exporter that was restarted sends from another port, and repeats its templates when they are due.
        if transport.transport == .udp, let earlier = lastHeard(of: transport) {
            reader.inheritTemplates(from: earlier)
        } else {
            templates.restore(&reader, of: transport, at: now)
        }
        let claim = transport.nodeName.map { NodeClaim(node: names.id(of: $0), mismatch: nodeMismatch) }
        sessions[transport.id] = Session(transport: transport, reader: reader, lastHeard: now, claim: claim)
    }

    /// The session over UDP of the same address that was heard last.
    private func lastHeard(of transport: TransportSession) -> SessionReader? {
        sessions.values.filter { $0.transport.transport == .udp && $0.transport.peerAddress == transport.peerAddress }
            .max { ($0.lastHeard, $0.transport.id) < ($1.lastHeard, $1.transport.id) }?.reader
    }

    private mutating func close(_ transport: TransportSession, at now: Timestamp) {
        guard var session = sessions.removeValue(forKey: transport.id) else { return }
        templates.forget(transport)
        session.reader.end(at: now)
        endedStatistics += settled(session.reader.takeStatistics(), of: &session)
        ended += session.reader.takeMinutes(names: names)
    }

    /// What a session told of rules, ports and itself, as far as it may.
    private func settled(_ statistics: [ReceivedStatistics], of session: inout Session) -> [ReceivedStatistics] {
        guard let claim = session.claim, !statistics.isEmpty else { return statistics }
        var settled: [ReceivedStatistics] = []
        for var received in statistics {
            if claim.settle(&received.record) {
                settled.append(received)
            } else {
                session.reader.noteRefused(received)
            }
        }
        if settled.count < statistics.count {
            session.refusals.note(foreign: UInt64(statistics.count - settled.count), from: session.transport, logger)
        }
        return settled
    }

    private mutating func read(_ message: [UInt8], of session: inout Session, at now: Timestamp) {
        let claim = session.claim
        var foreign: UInt64 = 0
        let error = session.reader.readBatches(message, at: now, names: &names, by: &batch) { batch, _, receptions in
            mediator.expect(batch.records.span.extracting(batch.indices))
            for index in batch.indices {
                if claim?.settle(&batch[index]) ?? true {
                    receptions.note(mediator.receive(index, of: batch.records.span, at: now))
                } else {
                    foreign += 1
                    receptions.note(mediator.refuseForeign())
                }
            }
        }
        if foreign > 0 { session.refusals.note(foreign: foreign, from: session.transport, logger) }
        if let error { session.refusals.note(error, from: session.transport, logger) }
    }

    private mutating func handOver(at now: Timestamp) {
        if now.seconds / 60 != lastExpiry.seconds / 60 {
            noteConnected(at: now)
            endedStatistics += mediator.records(since: began, at: now, names: &names)
            ended.append(.ofAggregator(at: lastExpiry))
        }
        lastExpiry = now
        intervals.removeAll(keepingCapacity: true)
        mediator.expire(at: now, into: &intervals)
        noteGaps(at: now)
        send(at: now)
    }

    /// Whether a UDP peer lives only its records can tell; a stream that is open is an exporter that is there.
    private mutating func noteConnected(at now: Timestamp) {
        let streams = sessions.values.filter { !$0.transport.transport.isDatagram }.map(\.transport.id)
        for id in streams { sessions[id]?.reader.noteAlive(at: now) }
    }

    private mutating func finish() {
        intervals.removeAll()
        let now = clock.now
        mediator.flush(at: now, into: &intervals)
        noteGaps(at: now)
        endedStatistics += mediator.records(since: began, at: now, names: &names)
        ended.append(.ofAggregator(at: now))
        send(at: now, isLast: true)
    }

    /// Enters what stored connections lacked into the ledger of the exporter that told of them; of one that is gone, into the aggregator's own.
    private mutating func noteGaps(at now: Timestamp) {
        for (node, gaps) in mediator.takeGaps() {
            var minute = ExporterMinute.ofAggregator(at: now)
            for session in sessions.values {
                guard let domain = session.reader.domain(of: node) else { continue }
                minute = ExporterMinute(
                    exporter: session.reader.exporter, observationDomainID: domain, nodeName: names.text(of: node), minute: minute.minute)
                break
            }
            minute.halves = gaps.halves
            minute.unnamed = gaps.unnamed
            ended.append(minute)
        }
    }

    private mutating func send(at now: Timestamp, isLast: Bool = false) {
        var batch = StoreBatch()
        if let dropped = drops.take(transport(), at: now) { ended.append(dropped) }
        batch.intervals = intervals
        batch.exporterMinutes = ended
        batch.statistics = endedStatistics
        ended.removeAll()
        endedStatistics.removeAll()
        for id in sessions.keys.sorted() {
            sessions[id]?.reader.expire(at: lastExpiry)
            // Seldom any: once a minute of each exporter.
            let statistics = sessions[id]?.reader.takeStatistics() ?? []
            if !statistics.isEmpty, var session = sessions.removeValue(forKey: id) {
                batch.statistics += settled(statistics, of: &session)
                sessions[id] = session
            }
            batch.exporterMinutes += sessions[id]?.reader.takeMinutes(names: names) ?? []
            if let session = sessions[id] { templates.save(session.reader, of: session.transport, at: now, into: &batch.savedTemplates) }
        }
        while namesHandedOver < UInt32(names.count) {
            namesHandedOver += 1
            let id = NameID(rawValue: namesHandedOver)
            batch.names.append(StoreBatch.NewName(id: id, text: names.text(of: id)))
        }
        if !batch.isEmpty || isLast || lastNoted.map({ now - $0 >= Self.signOfLife || now < $0 }) ?? true {
            batch.run = AggregatorRun(began: began, reached: now, isOver: isLast)
            lastNoted = now
        }
        handedOver += batch.intervals.count
        board?.post(mediator.statistics, handedOver: handedOver)
        // Waits when the store is behind: then the mailbox before this thread fills, and the collector stops reading.
        if !batch.isEmpty { _ = stored.put(batch) }
    }
}

extension DecodingLimits {
    /// The usual limits for the first 64 sessions, less for more: thousands of invented peers cannot fill the memory.
    fileprivate init(sharing sessions: Int) {
        self.init()
        let divisor = max(1, sessions / 64)
        keptOctets /= divisor
        fields /= divisor
    }
}
