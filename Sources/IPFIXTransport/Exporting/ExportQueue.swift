// SPDX-License-Identifier: Apache-2.0

import NIOConcurrencyHelpers
import NIOCore

/// Messages on their way to an Exporting Process: any number of threads append, one takes.
///
/// Bounded by messages and by octets. At capacity the oldest are dropped and counted, because the totals in newer records
/// say more than those in older ones. The message in flight is not dropped and does not count towards the capacity.
public final class ExportQueue: Sendable {
    public enum Next: Sendable, Hashable {
        case message(ExportedMessage)
        case timedOut
        /// The queue is closed and empty: nothing will come any more.
        case closed
    }

    fileprivate struct State {
        var waiting = CircularBuffer<ExportedMessage>()
        var inFlight: ExportedMessage?
        var isClosed = false
        var statistics = ExportQueueStatistics()

        var isEmpty: Bool { inFlight == nil && waiting.isEmpty }
        var isExhausted: Bool { isClosed && isEmpty }
    }

    private let capacityInMessages: Int
    private let capacityInOctets: Int
    private let state = NIOLockedValueBox(State())
    /// Signalled while the queue is closed or not empty.
    let readiness = WakeUp()

    public init(messages: Int = 8192, octets: Int = 32 << 20) {
        precondition(messages > 0 && octets > 0, "a queue without room could only drop")
        capacityInMessages = messages
        capacityInOctets = octets
    }

    /// Never waits.
    ///
    /// - Returns: false when the queue is closed, and the message counted as refused.
    @discardableResult
    public func append(_ message: ExportedMessage) -> Bool {
        state.withLockedValue { state in
            guard !state.isClosed else {
                state.statistics.refused += message
                return false
            }
            state.add(message)
            while state.waiting.count > capacityInMessages || state.waitingOctets > capacityInOctets { state.dropOldest() }
            state.statistics.highWaterMark = max(state.statistics.highWaterMark, state.waiting.count)
            if !state.isEmpty { readiness.signal() }
            return true
        }
    }

    /// The oldest message, which then is in flight: it is returned again until it is confirmed.
    ///
    /// Only one thread may take. A nil timeout waits for ever.
    public func next(timeout: Duration?) -> Next {
        let first = take()
        guard first == .timedOut else { return first }
        _ = readiness.wait(timeout: timeout)
        return take()
    }

    /// Removes the message in flight.
    public func confirm() {
        state.withLockedValue { state in
            guard let message = state.inFlight else { return }
            state.inFlight = nil
            state.statistics.waiting -= message
            state.statistics.confirmed += message
        }
    }

    /// Refuses what comes from now on; what waits can still be taken.
    public func close() {
        state.withLockedValue { state in
            state.isClosed = true
            readiness.signal()
        }
    }

    /// Whether as much waits as is half of what may: whoever can wait with more should.
    public var isHalfFull: Bool {
        state.withLockedValue { $0.waiting.count * 2 >= capacityInMessages || $0.waitingOctets * 2 >= capacityInOctets }
    }

    public var statistics: ExportQueueStatistics { state.withLockedValue { $0.statistics } }

    /// Closed, and nothing waits or is in flight.
    var isExhausted: Bool { state.withLockedValue { $0.isExhausted } }

    private func take() -> Next {
        state.withLockedValue { state in
            if state.inFlight == nil { state.inFlight = state.waiting.popFirst() }
            if let message = state.inFlight { return .message(message) }
            if state.isClosed { return .closed }
            // Under the lock, so that no append comes between the look and the clearing.
            readiness.clear()
            return .timedOut
        }
    }
}

extension ExportQueue.State {
    fileprivate var waitingOctets: Int { Int(statistics.waiting.octets) - (inFlight?.sets.count ?? 0) }

    fileprivate mutating func add(_ message: ExportedMessage) {
        waiting.append(message)
        statistics.appended += message
        statistics.waiting += message
    }

    fileprivate mutating func dropOldest() {
        guard let oldest = waiting.popFirst() else { return }
        statistics.waiting -= oldest
        statistics.dropped += oldest
    }
}
