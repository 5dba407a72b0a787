// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore

/// Messages on their way to an Exporting Process: any number of threads append, one takes.
///
/// ```
///   append ──▶ memory ──▶ spool ──▶ (in flight) ──▶ resend window ──▶ gone
///                                        ▲                │ after a lost session
///                                        └── again ◀──────┘
/// ```
///
/// Messages leave in the order in which they came. While less waits than half of what memory may hold, they wait there; when more does, all of it
/// goes to the spool, and so does what comes then, until the spool has been emptied. Without a spool, or when the disk takes nothing, memory
/// is bounded by messages and by octets: at capacity the oldest are dropped and counted, because the totals in newer records say
/// more than those in older ones. The message in flight is not dropped and does not count towards the capacity.
public final class ExportQueue: Sendable {
    enum Next: Sendable, Hashable {
        case message(OutgoingMessage)
        case timedOut
        /// The queue is closed and empty: nothing will come any more.
        case closed
    }

    private let state: NIOLockedValueBox<ExportQueueState>
    /// Signalled while the queue is closed or not empty.
    let readiness = WakeUp()
    private let elapsed: @Sendable () -> Duration
    private let tell: @Sendable (ExportQueueEvent) -> Void

    /// - Parameters:
    ///   - resendWindow: what was acknowledged less than this long ago is sent again when the session is lost; zero for a transport that
    ///     does not tell.
    ///   - resendOctets: the most octets of messages that are kept for that.
    ///   - tell: is called by whoever appends or takes.
    ///   - elapsed: time since any fixed moment, which goes on evenly.
    public convenience init(
        messages: Int = 8192, octets: Int = 32 << 20, resendWindow: Duration = .zero, resendOctets: Int = 32 << 20, spool: Spool? = nil,
        tell: @escaping @Sendable (ExportQueueEvent) -> Void = { _ in }
    ) {
        let start = ContinuousClock.now
        self.init(
            messages: messages, octets: octets, resendWindow: resendWindow, resendOctets: resendOctets, spool: spool,
            elapsed: { start.duration(to: .now) }, tell: tell)
    }

    init(
        messages: Int, octets: Int, resendWindow: Duration, resendOctets: Int, spool: Spool?, elapsed: @escaping @Sendable () -> Duration,
        tell: @escaping @Sendable (ExportQueueEvent) -> Void
    ) {
        precondition(messages > 0 && octets > 0, "a queue without room could only drop")
        self.elapsed = elapsed
        self.tell = tell
        let window = ResendWindow(duration: resendWindow, capacity: resendOctets)
        let initial = ExportQueueState(messages: messages, octets: octets, window: window, spool: spool)
        state = NIOLockedValueBox(initial)
        if !initial.isEmpty { readiness.signal() }
    }

    /// Waits for nothing but the disk of the spool.
    ///
    /// - Returns: false when the queue is closed, and the message counted as refused.
    @discardableResult
    public func append(_ message: ExportedMessage) -> Bool {
        let now = elapsed()
        return change { state in
            guard state.append(message, at: now) else { return false }
            if !state.isEmpty { readiness.signal() }
            return true
        }
    }

    /// The oldest message, which then is in flight: it is returned again until it is confirmed.
    ///
    /// Only one thread may take. A nil timeout waits for ever.
    func next(timeout: Duration?) -> Next {
        let first = take()
        guard first == .timedOut else { return first }
        _ = readiness.wait(timeout: timeout)
        return take()
    }

    /// The message in flight was sent, and ends at a position of its session, in octets; nil when it will never be sent.
    func confirm(at position: UInt64?) {
        state.withLockedValue { $0.confirm(at: position) }
    }

    /// The collector's system has acknowledged the session up to a position.
    func acknowledge(through position: UInt64) {
        let now = elapsed()
        state.withLockedValue { $0.acknowledge(through: position, at: now) }
    }

    /// A session begins; what may not have arrived in the one before is sent again, before all else.
    ///
    /// - Parameter isAfterLoss: false when the one before ended in good order.
    func beginSession(isAfterLoss: Bool) {
        let now = elapsed()
        state.withLockedValue { state in
            state.beginSession(isAfterLoss: isAfterLoss, at: now)
            if !state.isEmpty { readiness.signal() }
        }
    }

    /// Refuses what comes from now on; what waits can still be taken.
    public func close() {
        state.withLockedValue { state in
            state.isClosed = true
            readiness.signal()
        }
    }

    /// Puts everything that waits, and all that would be sent again, in the spool, for the next program, and closes it. Nothing can be taken afterwards.
    func keep() {
        state.withLockedValue { $0.keep() }
    }

    /// Whether as much waits in memory as is half of what may: whoever can wait with more should. With a spool that works it never does.
    public var isHalfFull: Bool {
        let now = elapsed()
        return change { state in
            state.spill(at: now)
            return state.isHalfFull
        }
    }

    public var statistics: ExportQueueStatistics { state.withLockedValue { $0.currentStatistics } }

    /// Why the disk does not take messages at present; nil while it does.
    public var spoolFailure: SpoolError? { state.withLockedValue { $0.spoolFailure } }

    /// Closed, and nothing waits or is in flight.
    var isExhausted: Bool { state.withLockedValue { $0.isClosed && $0.isEmpty } }

    var hasSpool: Bool { state.withLockedValue { $0.hasSpool } }

    /// Tells what came of it outside of the lock.
    private func change<Result>(_ body: (inout ExportQueueState) -> Result) -> Result {
        let (result, events) = state.withLockedValue { state in (body(&state), state.takeEvents()) }
        for event in events { tell(event) }
        return result
    }

    private func take() -> Next {
        change { state in
            if let outgoing = state.take() { return .message(outgoing) }
            if state.isClosed { return .closed }
            // Under the lock, so that no append comes between the look and the clearing.
            readiness.clear()
            return .timedOut
        }
    }
}
