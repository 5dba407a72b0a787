// SPDX-License-Identifier: Apache-2.0

/// A bounded queue between plain threads; an element is a whole batch of work, so that handing over costs little.
///
/// First in, first out. Any number of threads may put and take. When it is full `put` waits and `offer` drops.
public final class Mailbox<Element: Sendable>: Sendable {
    public enum Taken: Sendable {
        case element(Element)
        case timedOut
        /// Closed, and everything that was put has been taken.
        case closed
    }

    fileprivate struct State {
        let capacity: Int
        /// Grows with what waits, up to `capacity`: most mailboxes are nearly empty nearly always.
        var ring: [Element?]
        var first = 0
        var statistics = MailboxStatistics()
        var isClosed = false
    }

    public let capacity: Int
    private let state: Monitor<State>

    public init(capacity: Int) {
        precondition(capacity > 0, "a mailbox without room could never be filled")
        self.capacity = capacity
        state = Monitor(State(capacity: capacity, ring: Array(repeating: nil, count: min(capacity, 16))))
    }

    /// Waits while the mailbox is full.
    ///
    /// - Returns: false when it is closed or was closed meanwhile; the element then is dropped and counted.
    @discardableResult
    public func put(_ element: Element) -> Bool {
        state.wait(timeout: nil) { state in
            if state.isClosed {
                state.statistics.dropped += 1
                return false
            }
            return state.append(element) ? true : nil
        } ?? false
    }

    /// Never waits.
    ///
    /// - Returns: false when the mailbox is full or closed; the element then is dropped and counted.
    @discardableResult
    public func offer(_ element: Element) -> Bool {
        state.change { state in
            if !state.isClosed, state.append(element) { return true }
            state.statistics.dropped += 1
            return false
        }
    }

    /// The oldest element; waits for one at most until the timeout, for ever if that is nil.
    public func take(timeout: Duration? = nil) -> Taken {
        state.wait(timeout: timeout) { state in
            if let element = state.popFirst() { return .element(element) }
            return state.isClosed ? .closed : nil
        } ?? .timedOut
    }

    /// Refuses what comes from now on; what was put can still be taken.
    public func close() {
        state.change { $0.isClosed = true }
    }

    /// Whether nothing more is taken in; what waits may still be taken out.
    public var isClosed: Bool { state.read { $0.isClosed } }

    public var statistics: MailboxStatistics { state.read { $0.statistics } }
}

/// What a `Mailbox` holds and has seen: accepted = taken + waiting.
public struct MailboxStatistics: Sendable, Hashable {
    public internal(set) var waiting = 0
    /// The most that ever waited.
    public internal(set) var highWaterMark = 0
    public internal(set) var accepted: UInt64 = 0
    /// Refused because the mailbox was full or closed.
    public internal(set) var dropped: UInt64 = 0

    public init() {}
}

extension Mailbox.State {
    /// False when it is full.
    fileprivate mutating func append(_ element: Element) -> Bool {
        guard statistics.waiting < capacity else { return false }
        if statistics.waiting == ring.count { grow() }
        ring[(first + statistics.waiting) % ring.count] = element
        statistics.waiting += 1
        statistics.accepted += 1
        statistics.highWaterMark = max(statistics.highWaterMark, statistics.waiting)
        return true
    }

    private mutating func grow() {
        let waiting = ring[first...] + ring[..<first]
        ring = waiting + Array(repeating: nil, count: min(ring.count, capacity - ring.count))
        first = 0
    }

    fileprivate mutating func popFirst() -> Element? {
        guard statistics.waiting > 0, let element = ring[first] else { return nil }
        ring[first] = nil
        first = (first + 1) % ring.count
        statistics.waiting -= 1
        return element
    }
}
