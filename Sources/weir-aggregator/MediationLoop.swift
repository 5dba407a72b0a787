// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
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
    private let stored: Mailbox<StoreBatch>
    private let clock: SteadyClock
    private let logger: Logger

    private var names: NameTable
    private var mediator: Mediator
    private var sessions: [UInt64: SessionReader] = [:]
    /// Those of ``sessions`` that are connections.
    private var streams: Set<UInt64> = []
    private var refusedMessages: [UInt64: UInt64] = [:]
    private var ended: [ExporterMinute] = []
    private var namesHandedOver: UInt32 = 0
    private var intervals: [FlowInterval] = []
    private var lastExpiry: Timestamp

    /// How often what is due is handed over, however much comes in.
    private static let rhythm = Duration.milliseconds(250)

    init(
        _ configuration: MediationConfiguration, objects: ClusterObjects, firstConnection: Int64, from collected: Mailbox<CollectedBatch>,
        to stored: Mailbox<StoreBatch>, clock: SteadyClock, logger: Logger
    ) {
        self.collected = collected
        self.stored = stored
        self.clock = clock
        self.logger = logger
        names = NameTable(seed: .random(in: .min ... .max))
        mediator = Mediator(configuration, firstConnection: firstConnection, names: &names)
        mediator.update(objects, names: &names)
        lastExpiry = clock.now
    }

    /// - Returns: what became of every record.
    mutating func run() -> MediationStatistics {
        while true {
            switch collected.take(timeout: Self.rhythm) {
            case .element(let batch): receive(batch)
            case .timedOut: break
            case .closed:
                finish()
                return mediator.statistics
            }
            let now = clock.now
            if now - lastExpiry >= Self.rhythm || now < lastExpiry { handOver(at: now) }
        }
    }

    private mutating func receive(_ batch: CollectedBatch) {
        let session = batch.session
        switch batch.event {
        case .opened:
            sessions[session.id] = SessionReader(
                exporter: "\(session.transport)://\(session.peerAddress)", isDatagram: session.transport == .udp)
            if session.transport == .tcp { streams.insert(session.id) }
        case .messages(let messages):
            guard var reader = sessions.removeValue(forKey: session.id) else { return }
            let now = clock.now
            for message in messages { read(message, by: &reader, from: session, at: now) }
            sessions[session.id] = reader
        case .closed(let end):
            if var reader = sessions.removeValue(forKey: session.id) { ended += reader.takeMinutes(names: names) }
            streams.remove(session.id)
            refusedMessages[session.id] = nil
            logger.debug("session ended", metadata: ["peer": "\(session)", "reason": "\(end)"])
        }
    }

    private mutating func read(_ message: [UInt8], by reader: inout SessionReader, from session: TransportSession, at now: Timestamp) {
        let error = reader.read(message, at: now, names: &names) { flow, _ in mediator.receive(flow, at: now) }
        guard let error else { return }
        let refused = (refusedMessages[session.id] ?? 0) + 1
        refusedMessages[session.id] = refused
        // The first, the second, the fourth …: a peer that sends garbage without end writes a few lines, and every message is counted.
        if refused.isPowerOfTwo {
            logger.warning("message refused", metadata: ["peer": "\(session)", "cause": "\(error)", "refused so far": "\(refused)"])
        }
    }

    private mutating func handOver(at now: Timestamp) {
        if now.seconds / 60 != lastExpiry.seconds / 60 { noteConnected(at: now) }
        lastExpiry = now
        intervals.removeAll(keepingCapacity: true)
        mediator.expire(at: now, into: &intervals)
        send()
    }

    /// Whether a UDP peer lives only its records can tell; a stream that is open is an exporter that is there.
    private mutating func noteConnected(at now: Timestamp) {
        for id in streams { sessions[id]?.noteAlive(at: now) }
    }

    private mutating func finish() {
        intervals.removeAll()
        mediator.flush(at: clock.now, into: &intervals)
        send()
    }

    private mutating func send() {
        var batch = StoreBatch()
        batch.intervals = intervals
        batch.exporterMinutes = ended
        ended.removeAll()
        for id in sessions.keys.sorted() { batch.exporterMinutes += sessions[id]?.takeMinutes(names: names) ?? [] }
        while namesHandedOver < UInt32(names.count) {
            namesHandedOver += 1
            let id = NameID(rawValue: namesHandedOver)
            batch.names.append(StoreBatch.NewName(id: id, text: names.text(of: id)))
        }
        // Waits when the store is behind: then the mailbox before this thread fills, and the collector stops reading.
        if !batch.isEmpty { _ = stored.put(batch) }
    }
}

extension UInt64 {
    fileprivate var isPowerOfTwo: Bool { nonzeroBitCount == 1 }
}
