// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging
import NIOConcurrencyHelpers

/// Where the listeners of all transports hand over: numbers the sessions, counts and logs.
final class Intake: Sendable {
    let limits: CollectingLimits
    let clock: @Sendable () -> Timestamp
    let logger: Logger
    private let deliver: @Sendable (CollectedBatch) -> Void
    private let counters = NIOLockedValueBox(CollectingStatistics())

    init(
        limits: CollectingLimits, clock: @escaping @Sendable () -> Timestamp, logger: Logger,
        deliver: @escaping @Sendable (CollectedBatch) -> Void
    ) {
        self.limits = limits
        self.clock = clock
        self.logger = logger
        self.deliver = deliver
    }

    var statistics: CollectingStatistics { counters.withLockedValue { $0 } }

    /// A new session, announced to the receiver; nil at the limit, which is counted.
    func open(_ transport: Transport, peerAddress: String, peerPort: UInt16) -> TransportSession? {
        let (id, refusals) = counters.withLockedValue { $0.open(transport, limits: limits) }
        guard let id else {
            if isWorthALine(refusals) {
                logger.warning(
                    "session refused: too many are open",
                    metadata: ["transport": "\(transport)", "peer": "\(peerAddress)", "refused": "\(refusals)"])
            }
            return nil
        }
        let session = TransportSession(id: id, transport: transport, peerAddress: peerAddress, peerPort: peerPort)
        logger.info("session opened", metadata: ["session": "\(id)", "peer": "\(session)"])
        deliver(CollectedBatch(session: session, event: .opened))
        return session
    }

    /// Blocks while the receiver does.
    func hand(over messages: [[UInt8]], of session: TransportSession) {
        if messages.isEmpty { return }
        let octets = messages.reduce(0) { $0 + $1.count }
        change {
            $0.messages += UInt64(messages.count)
            $0.octets += UInt64(octets)
        }
        deliver(CollectedBatch(session: session, event: .messages(messages)))
    }

    func close(_ session: TransportSession, because end: SessionEnd) {
        change { $0.close(session.transport, because: end) }
        let metadata: Logger.Metadata = ["session": "\(session.id)", "peer": "\(session)", "reason": "\(end)"]
        logger.log(level: end.isOrderly ? .info : .warning, "session closed", metadata: metadata)
        deliver(CollectedBatch(session: session, event: .closed(end)))
    }

    func dropDatagram(from peer: DatagramPeer, because error: MessageError) {
        let total = counters.withLockedValue {
            $0.malformed.count(error)
            return $0.malformed.total
        }
        if isWorthALine(total) {
            logger.warning(
                "datagram dropped: not an IPFIX message",
                metadata: ["peer": "\(peer)", "reason": "\(error)", "malformed": "\(total)"])
        }
    }

    func change(_ body: (inout CollectingStatistics) -> Void) {
        counters.withLockedValue { body(&$0) }
    }

    /// The first, second, fourth, eighth…: whoever sends garbage does not fill the disk with our lines about it.
    private func isWorthALine(_ count: UInt64) -> Bool {
        count.nonzeroBitCount == 1
    }
}

extension CollectingStatistics {
    fileprivate mutating func open(_ transport: Transport, limits: CollectingLimits) -> (id: UInt64?, refusals: UInt64) {
        switch transport {
        case .tcp where openConnections >= limits.connections:
            refusedConnections += 1
            return (nil, refusedConnections)
        case .udp where openDatagramPeers >= limits.datagramPeers:
            refusedDatagrams += 1
            return (nil, refusedDatagrams)
        case .tcp: openConnections += 1
        case .udp: openDatagramPeers += 1
        }
        sessionsOpened += 1
        return (sessionsOpened, 0)
    }

    fileprivate mutating func close(_ transport: Transport, because end: SessionEnd) {
        switch transport {
        case .tcp: openConnections -= 1
        case .udp: openDatagramPeers -= 1
        }
        switch end {
        case .cutShort: malformed.cutShort += 1
        case .malformed(.wrongVersion): malformed.wrongVersion += 1
        case .malformed(.wrongLength): malformed.wrongLength += 1
        case .failed: receiveErrors += 1
        case .closedByPeer, .malfunctioning, .idle, .stopped: break
        }
    }
}

extension MalformedCounts {
    fileprivate mutating func count(_ error: MessageError) {
        switch error {
        case .tooShort: tooShort += 1
        case .wrongVersion: wrongVersion += 1
        default: wrongLength += 1
        }
    }
}

extension SessionEnd {
    fileprivate var isOrderly: Bool {
        switch self {
        case .closedByPeer, .idle, .stopped: true
        case .cutShort, .malformed, .malfunctioning, .failed: false
        }
    }
}
