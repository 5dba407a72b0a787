// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging
import NIOConcurrencyHelpers
import TransportSecurity

/// Where the listeners of all transports hand over: numbers the sessions, counts and logs.
final class Intake: Sendable {
    let limits: CollectingLimits
    let clock: @Sendable () -> Timestamp
    let logger: Logger
    private let deliver: @Sendable (CollectedBatch) -> Void
    private let counters = NIOLockedValueBox(CollectingStatistics())
    private let refusalLines = NIOLockedValueBox(LineBudget())

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
    ///
    /// - Parameters:
    ///   - nodeName: whom the peer's certificate names.
    ///   - protection: version and suite of a secured transport.
    func open(
        _ transport: Transport, peerAddress: String, peerPort: UInt16, nodeName: String? = nil, protection: String? = nil
    ) -> TransportSession? {
        let (id, refusals) = counters.withLockedValue { $0.open(transport, limits: limits) }
        guard let id else {
            if isWorthALine(refusals) {
                logger.warning(
                    "session refused: too many are open",
                    metadata: ["transport": "\(transport)", "peer": "\(peerAddress)", "refused": "\(refusals)"])
            }
            return nil
        }
        let session = TransportSession(id: id, transport: transport, peerAddress: peerAddress, peerPort: peerPort, nodeName: nodeName)
        var metadata: Logger.Metadata = ["session": "\(id)", "peer": "\(session)"]
        if let nodeName { metadata["node"] = "\(nodeName)" }
        if let protection { metadata["protection"] = "\(protection)" }
        logger.info("session opened", metadata: metadata)
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

    /// Whether a datagram begins with an IPFIX Message; one that does not is dropped and counted.
    func isMessage(_ octets: [UInt8], from peer: DatagramPeer) -> Bool {
        do throws(MessageError) {
            // Integers without padding: every octet of the view is initialized.
            _ = try MessageHeader(reading: unsafe octets.span.bytes)
            return true
        } catch {
            dropDatagram(from: peer, because: error)
            return false
        }
    }

    private func dropDatagram(from peer: DatagramPeer, because error: MessageError) {
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

    /// Nobody who cannot prove who they are gets a session. Every refusal is counted, and the first few of a minute are told.
    func refuseHandshake(_ transport: Transport, peerAddress: String, peerPort: UInt16, _ failure: SecurityFailure) {
        let total = counters.withLockedValue {
            $0.refusedHandshakes += 1
            return $0.refusedHandshakes
        }
        let now = clock()
        guard refusalLines.withLockedValue({ $0.take(at: now) }) else { return }
        let address = IPAddress(peerAddress)?.description ?? peerAddress
        logger.warning(
            "peer refused",
            metadata: [
                "peer": "\(Endpoint(transport, host: address, port: peerPort))", "reason": "\(failure)", "refused so far": "\(total)",
            ])
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
        if transport.isDatagram {
            guard openDatagramPeers < limits.datagramPeers else {
                refusedDatagrams += 1
                return (nil, refusedDatagrams)
            }
            openDatagramPeers += 1
        } else {
            guard openConnections < limits.connections else {
                refusedConnections += 1
                return (nil, refusedConnections)
            }
            openConnections += 1
        }
        sessionsOpened += 1
        return (sessionsOpened, 0)
    }

    fileprivate mutating func close(_ transport: Transport, because end: SessionEnd) {
        if transport.isDatagram { openDatagramPeers -= 1 } else { openConnections -= 1 }
        switch end {
        case .cutShort: malformed.cutShort += 1
        case .malformed(.wrongVersion): malformed.wrongVersion += 1
        case .malformed(.wrongLength): malformed.wrongLength += 1
        case .failed: receiveErrors += 1
        case .slow, .displaced: displacedConnections += 1
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
        case .cutShort, .malformed, .malfunctioning, .slow, .displaced, .failed: false
        }
    }
}

/// So many lines a minute: a flood does not fill the disk, and one peer's lines do not hide another's for long.
struct LineBudget {
    private static let linesAMinute = 20

    private var minute = Int64.min
    private var taken = 0

    mutating func take(at now: Timestamp) -> Bool {
        let present = now.seconds / 60
        if present != minute {
            minute = present
            taken = 0
        }
        taken += 1
        return taken <= Self.linesAMinute
    }
}
