// SPDX-License-Identifier: Apache-2.0

public import IPFIX
public import Logging
import NIOConcurrencyHelpers
import NIOPosix

/// Sends the messages of a queue to one collector (RFC 7011 §2, Exporting Process), from a thread of its own.
///
/// Every transport session begins with the templates in a message of their own. While the collector is away, attempts
/// to reach it are repeated with growing pauses, and what waits stays in the queue.
public final class ExportingProcess: Sendable {
    /// How long the thread may take to notice an interruption; only the resolver can hold it for longer.
    private static let graceAfterInterruption = Duration.seconds(1)

    private enum State {
        case ready
        case running(NIOThreadPool)
        case stopped
    }

    private let assignment: ExportAssignment
    private let board = ExportBoard()
    private let state = NIOLockedValueBox(State.ready)

    /// - Parameters:
    ///   - templateMessages: what opens every session: for each message whole Template and Options Template Sets, at most 65,519
    ///     octets; they never change.
    ///   - security: who we are and whom we believe; there must be one where the endpoint's transport is secured.
    ///   - queue: belongs to this process alone, which closes it when it stops.
    ///   - clock: the present time, for the export time of messages and the repetition of templates.
    public init(
        to endpoint: Endpoint,
        security: ExportSecurity? = nil,
        observationDomainID: UInt32,
        templateMessages: [[UInt8]],
        queue: ExportQueue,
        clock: @escaping @Sendable () -> Timestamp,
        configuration: ExportConfiguration = ExportConfiguration(),
        logger: Logger
    ) {
        precondition(!endpoint.transport.isSecured || security != nil, "a secured transport needs credentials")
        precondition(
            templateMessages.allSatisfy { $0.count <= Int(UInt16.max) - MessageHeader.length }, "templates must fit in their message")
        assignment = ExportAssignment(
            endpoint: endpoint, security: security, observationDomainID: observationDomainID, templateMessages: templateMessages,
            queue: queue, clock: clock,
            configuration: configuration, logger: logger)
    }

    /// Begins to connect and returns at once; does nothing after the first call.
    public func start() {
        state.withLockedValue { state in
            guard case .ready = state else { return }
            let threads = NIOThreadPool(numberOfThreads: 1)
            threads.start()
            threads.submit { [assignment, board] _ in
                var run = ExportRun(assignment, board: board)
                run.run()
            }
            state = .running(threads)
        }
    }

    public var statistics: ExportStatistics {
        var statistics = board.statistics
        statistics.queue = assignment.queue.statistics
        return statistics
    }

    /// Closes the queue, sends what waits in it for at most `limit`, closes the connection, and leaves the rest in the spool if there is one.
    ///
    /// Blocks for little more than `limit`. What the operating system has taken by then it goes on to send by itself.
    public func stop(drainingWithin limit: Duration) -> ExportSummary {
        assignment.queue.close()
        let last = state.withLockedValue { state in
            defer { state = .stopped }
            return state
        }
        guard case .running(let threads) = last else {
            assignment.queue.keep()
            return ExportSummary(statistics)
        }
        // Without anything to send there is nothing to wait for, not even for the next attempt to connect.
        if assignment.queue.isExhausted || !board.finished.wait(timeout: limit) {
            board.interrupt()
            _ = board.finished.wait(timeout: Self.graceAfterInterruption)
        }
        // Joins in the background: a thread that is held by the resolver must not hold this one.
        threads.shutdownGracefully { _ in }
        assignment.queue.keep()
        let summary = ExportSummary(statistics)
        assignment.logger.info(
            "exporting ended",
            metadata: [
                "collector": "\(assignment.endpoint)", "messages": "\(summary.statistics.messages)", "left": "\(summary.messagesLeft)",
            ])
        return summary
    }
}
