// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Logging
import NIOConcurrencyHelpers
import NIOPosix
public import TransportSecurity

/// Receives IPFIX Messages on any number of endpoints (RFC 7011 §2, Collecting Process).
///
/// It only frames: what is inside the Messages is for the receiver. TCP and TLS run on one event loop, each UDP or DTLS endpoint
/// on a thread of its own. Input that is not IPFIX ends a stream session and costs a datagram peer that datagram; both are counted.
public final class CollectingProcess: Sendable {
    private enum State {
        case ready
        case listening(endpoints: [Endpoint], streams: StreamListener?, datagrams: [any DatagramListening], threads: NIOThreadPool?)
        case stopped
    }

    private let endpoints: [Endpoint]
    private let credentials: Credentials?
    private let intake: Intake
    private let state = NIOLockedValueBox(State.ready)

    /// - Parameters:
    ///   - credentials: those of a server, for endpoints whose transport is secured.
    ///   - clock: a time that goes on evenly, asked once a reading; silent peers and slow handshakes over datagrams are told by it.
    ///   - deliver: called in order for one session, and from several threads at once for sessions of different transports.
    ///     It may block: then TCP peers are slowed down, and UDP datagrams wait in the kernel's buffer. It must return
    ///     in the end even while the process is stopping, because `stop` waits for it.
    public init(
        listening endpoints: [Endpoint],
        credentials: Credentials? = nil,
        limits: CollectingLimits = CollectingLimits(),
        clock: @escaping @Sendable () -> Timestamp,
        logger: Logger,
        deliver: @escaping @Sendable (CollectedBatch) -> Void
    ) {
        self.endpoints = endpoints
        self.credentials = credentials
        intake = Intake(limits: limits, clock: clock, logger: logger, deliver: deliver)
    }

    /// Opens all endpoints and begins to receive; does nothing after the first call. Blocks while names are resolved.
    ///
    /// - Throws: `CollectingError.cannotListen` with every endpoint that failed; then none is open.
    public func start() throws(CollectingError) {
        // A result, because `withLockedValue` does not keep the type of an error.
        let bound = state.withLockedValue { state -> Result<[Endpoint], CollectingError> in
            guard case .ready = state else { return .success([]) }
            let listeners = Listeners(endpoints, credentials: credentials, intake: intake)
            guard listeners.failures.isEmpty else {
                listeners.abandon()
                return .failure(.cannotListen(listeners.failures))
            }
            state = .listening(
                endpoints: listeners.bound, streams: listeners.streams, datagrams: listeners.datagrams,
                threads: listeners.startThreads())
            return .success(listeners.bound)
        }
        for endpoint in try bound.get() { intake.logger.info("listening", metadata: ["endpoint": "\(endpoint)"]) }
    }

    /// The endpoints in the order given, with the ports the system chose; empty unless it is listening.
    public var boundEndpoints: [Endpoint] {
        state.withLockedValue {
            guard case .listening(let endpoints, _, _, _) = $0 else { return [] }
            return endpoints
        }
    }

    public var statistics: CollectingStatistics { intake.statistics }

    /// Ends the connection of an exporter that malfunctions (RFC 7011 §9.1); returns at once, and may be called from the receiver.
    ///
    /// What was read of it by then may still be handed over, and its end is, as of every session. Does nothing to a session over
    /// datagrams, whose other datagrams may be sound.
    public func end(_ session: TransportSession) {
        guard !session.transport.isDatagram, case .listening(_, let streams, _, _) = state.withLockedValue({ $0 }) else { return }
        streams?.end(session.id)
    }

    /// Accepts nothing more, hands over what the system had received by now, closes every session, and returns
    /// when the last call of the receiver has. Must not be called from the receiver.
    public func stop() {
        let last = state.withLockedValue { state in
            defer { state = .stopped }
            return state
        }
        guard case .listening(_, let streams, let datagrams, let threads) = last else { return }
        for listener in datagrams { listener.stop() }
        streams?.stop()
        // Joins the threads; an error could only say that they have ended already.
        try? threads?.syncShutdownGracefully()
    }
}

/// The endpoints as far as they could be opened.
private struct Listeners {
    private(set) var bound: [Endpoint] = []
    private(set) var failures: [ListenFailure] = []
    private(set) var streams: StreamListener?
    private(set) var datagrams: [any DatagramListening] = []

    init(_ endpoints: [Endpoint], credentials: Credentials?, intake: Intake) {
        for endpoint in endpoints {
            do {
                bound.append(try open(endpoint, credentials: credentials, intake: intake))
            } catch {
                failures.append(ListenFailure(endpoint: endpoint, reason: reason(of: error)))
            }
        }
    }

    private mutating func open(_ endpoint: Endpoint, credentials: Credentials?, intake: Intake) throws -> Endpoint {
        switch endpoint.transport {
        case .tcp, .tls:
            let listener = streams ?? StreamListener(intake: intake, credentials: credentials)
            streams = listener
            return try listener.listen(on: endpoint)
        case .udp:
            let listener = try DatagramListener(endpoint: endpoint, intake: intake)
            datagrams.append(listener)
            return listener.endpoint
        case .dtls:
            guard let credentials else { throw MissingCredentials() }
            let listener = try SecureDatagramListener(endpoint: endpoint, credentials: credentials, intake: intake)
            datagrams.append(listener)
            return listener.endpoint
        }
    }

    func abandon() {
        streams?.stop()
    }

    func startThreads() -> NIOThreadPool? {
        if datagrams.isEmpty { return nil }
        let threads = NIOThreadPool(numberOfThreads: datagrams.count)
        threads.start()
        for listener in datagrams { threads.submit { _ in listener.run() } }
        return threads
    }
}
