// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What was sent last, for the case that the collector loses it.
///
/// A message stays until the collector's system has acknowledged it and `duration` has passed since: a collector that is killed has lost what
/// its socket held and what it had not stored. Beyond `capacity` octets the oldest goes earlier, and is counted.
struct ResendWindow: Sendable {
    private struct Entry {
        let outgoing: OutgoingMessage
        /// Octets of the session up to the end of this message.
        let end: UInt64
        var acknowledged: Duration?
    }

    private let duration: Duration
    private let capacity: Int
    private var entries = CircularBuffer<Entry>()
    private var acknowledgedCount = 0
    private var octets = 0
    /// Messages that had to go before their time.
    private(set) var shortened: UInt64 = 0

    init(duration: Duration, capacity: Int) {
        self.duration = duration
        self.capacity = capacity
    }

    var messages: [OutgoingMessage] { entries.map(\.outgoing) }

    /// Adds a message that was sent.
    ///
    /// - Returns: the messages that left instead.
    mutating func append(_ outgoing: OutgoingMessage, end: UInt64) -> [OutgoingMessage] {
        guard duration > .zero else { return [outgoing] }
        entries.append(Entry(outgoing: outgoing, end: end))
        octets += outgoing.message.sets.count
        var left: [OutgoingMessage] = []
        while octets > capacity, let oldest = removeFirst() {
            shortened += 1
            left.append(oldest)
        }
        return left
    }

    /// Notes what has been acknowledged of the session.
    ///
    /// - Parameter now: time since any fixed moment, which goes on evenly.
    /// - Returns: the messages that left.
    mutating func acknowledge(through position: UInt64, at now: Duration) -> [OutgoingMessage] {
        while acknowledgedCount < entries.count, entries[offset: acknowledgedCount].end <= position {
            entries[offset: acknowledgedCount].acknowledged = now
            acknowledgedCount += 1
        }
        var left: [OutgoingMessage] = []
        while let acknowledged = entries.first?.acknowledged, now - acknowledged >= duration, let oldest = removeFirst() {
            left.append(oldest)
        }
        return left
    }

    /// Another session counts its octets anew; this one ended in good order, and all of it was handed over.
    mutating func beginSession(at now: Duration) {
        while acknowledgedCount < entries.count {
            entries[offset: acknowledgedCount].acknowledged = now
            acknowledgedCount += 1
        }
    }

    /// All messages, oldest first; the window is empty then.
    mutating func takeAll() -> [OutgoingMessage] {
        defer {
            entries.removeAll()
            acknowledgedCount = 0
            octets = 0
        }
        return messages
    }

    private mutating func removeFirst() -> OutgoingMessage? {
        guard let entry = entries.popFirst() else { return nil }
        acknowledgedCount = max(0, acknowledgedCount - 1)
        octets -= entry.outgoing.message.sets.count
        return entry.outgoing
    }
}
