// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIX
import IPFIXTransport
import Logging
import Mediation

/// The core thread of a proxy: reads messages, completes their records, and hands them to the queue of each collector.
///
/// While no collector has room it waits: then the mailbox before it fills, sockets are not read, and exporters over streams keep what
/// they have. As long as one collector takes, the others' oldest messages make room, and are counted.
struct ProxyLoop: ~Copyable {
    struct Outcome: Sendable, Hashable {
        var proxy = ProxyStatistics()
        var sessions = CollectedSessions.Statistics()
        /// Records handed to the queue of each collector.
        var packed: UInt64 = 0
    }

    private let collected: Mailbox<CollectedBatch>
    private let changes: Mailbox<ClusterChange>
    private let queues: [ExportQueue]
    /// Open until the program is told to stop.
    private let stopping: Mailbox<Void>
    private let clock: SteadyClock

    private var names: NameTable
    private var proxy: FlowProxy
    private var sessions: CollectedSessions
    private var packer: ProxiedFlowPacker
    private var packed: UInt64 = 0
    private var lastFlush: Timestamp
    /// By how much the clock had been set when the sessions were told last.
    private var clockSteps = Duration.zero

    /// The longest that a record waits for others of its message.
    private static let rhythm = Duration.milliseconds(250)
    private static let changesAtOnce = 64
    /// After the program was told to stop, how long collectors may take to make room before the oldest messages have to.
    private static let lastPatience = Duration.seconds(2)
    private static let pause = Duration.milliseconds(10)

    init(
        _ configuration: ProxyConfiguration, from collected: Mailbox<CollectedBatch>, and changes: Mailbox<ClusterChange>,
        to queues: [ExportQueue], ending end: @escaping @Sendable (TransportSession) -> Void,
        nodeMismatch: NodeClaim.Mismatch = .refuse, until stopping: Mailbox<Void>, clock: SteadyClock, logger: Logger
    ) {
        self.collected = collected
        self.changes = changes
        self.queues = queues
        self.stopping = stopping
        self.clock = clock
        names = NameTable(seed: .random(in: .min ... .max))
        proxy = FlowProxy(clusterID: configuration.clusterID, names: &names)
        sessions = CollectedSessions(nodeMismatch: nodeMismatch, ending: end, logger: logger)
        packer = configuration.packer
        lastFlush = clock.now
    }

    /// Ends when its mailbox is closed and empty, after everything has been handed on.
    mutating func run() -> Outcome {
        while true {
            switch collected.take(timeout: Self.rhythm) {
            case .element(let batch): receive(batch)
            case .timedOut: flush()
            case .closed:
                flush()
                return Outcome(proxy: proxy.statistics, sessions: sessions.statistics, packed: packed)
            }
            applyChanges()
            let now = clock.now
            if now - lastFlush >= Self.rhythm || now < lastFlush { flush() }
        }
    }

    private mutating func receive(_ batch: CollectedBatch) {
        let steps = clock.stepped
        if steps != clockSteps {
            sessions.clockWasSet(by: steps - clockSteps)
            clockSteps = steps
        }
        var finished: [MessageBody] = []
        sessions.receive(batch, at: clock.evenNow, names: &names) { flow, names, address, domain in
            guard let origin = proxy.complete(&flow, from: address, domain: domain) else { return false }
            if let body = packer.append(flow, from: origin, names: names) { finished.append(body) }
            return true
        }
        for body in finished { send(body) }
    }

    private mutating func applyChanges() {
        for _ in 0..<Self.changesAtOnce {
            guard case .element(let change) = changes.take(timeout: .zero) else { return }
            proxy.apply(change, names: &names)
        }
    }

    private mutating func flush() {
        lastFlush = clock.now
        if let body = packer.flush() { send(body) }
    }

    private mutating func send(_ body: MessageBody) {
        waitForRoom()
        packed += UInt64(body.recordCount)
        for queue in queues { queue.append(ExportedMessage(sets: body.sets, recordCount: body.recordCount)) }
    }

    private func waitForRoom() {
        var toldToStop: Timestamp?
        while queues.allSatisfy(\.isHalfFull) {
            switch stopping.take(timeout: Self.pause) {
            case .timedOut, .element: continue
            case .closed:
                let now = clock.now
                let since = toldToStop ?? now
                toldToStop = since
                if now - since > Self.lastPatience { return }
                // A closed mailbox answers at once.
                _ = Mailbox<Void>(capacity: 1).take(timeout: Self.pause)
            }
        }
    }
}
