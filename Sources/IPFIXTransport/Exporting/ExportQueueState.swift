// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What an ``ExportQueue`` holds.
struct ExportQueueState: Sendable {
    /// After the disk took nothing, how long until it is asked again.
    private static let patience = Duration.seconds(1)

    private let capacityInMessages: Int
    private let capacityInOctets: Int
    /// What is sent once more, oldest first; sent before, so it does not count as waiting.
    private var again = CircularBuffer<OutgoingMessage>()
    private var memory = CircularBuffer<ExportedMessage>()
    private var inMemory = ExportAmount()
    private var inFlight: OutgoingMessage?
    private var window: ResendWindow
    private var spool: Spool?
    private(set) var spoolFailure: SpoolError?
    private var nextAttempt = Duration.zero
    private var statistics = ExportQueueStatistics()
    private var isKept = false
    private var isSpooling: Bool
    private var isSpoolFull = false
    private var events: [ExportQueueEvent] = []
    private var octetsInMemory: Int { Int(inMemory.octets) }
    var isClosed = false

    init(messages: Int, octets: Int, window: ResendWindow, spool: Spool?) {
        capacityInMessages = messages
        capacityInOctets = octets
        self.window = window
        self.spool = spool
        isSpooling = spool.map { !$0.isEmpty } ?? false
    }

    mutating func takeEvents() -> [ExportQueueEvent] {
        defer { events.removeAll() }
        return events
    }

    var hasSpool: Bool { spool != nil }

    var isEmpty: Bool { isKept || inFlight == nil && again.isEmpty && memory.isEmpty && spool?.isEmpty ?? true }

    var isHalfFull: Bool { memory.count * 2 >= capacityInMessages || octetsInMemory * 2 >= capacityInOctets }

    var currentStatistics: ExportQueueStatistics {
        var statistics = statistics
        statistics.shortenedWindow = window.shortened
        statistics.left = inMemory
        if let inFlight, !inFlight.isRepeated { statistics.left += inFlight.message }
        statistics.waiting = inMemory
        if let inFlight, !inFlight.isRepeated { statistics.waiting += inFlight.message }
        if let spool { statistics.spool = spool.statistics }
        statistics.waiting += statistics.spool.waiting
        return statistics
    }

    /// - Returns: false when it is closed.
    mutating func append(_ message: ExportedMessage, at now: Duration) -> Bool {
        guard !isClosed else {
            statistics.refused += message
            return false
        }
        statistics.appended += message
        memory.append(message)
        inMemory += message
        spill(at: now)
        while memory.count > capacityInMessages || octetsInMemory > capacityInOctets { dropOldest() }
        statistics.highWaterMark = max(statistics.highWaterMark, memory.count)
        return true
    }

    /// Moves what waits in memory to the spool, when it is much or when older messages are there; as much as the disk takes.
    mutating func spill(at now: Duration) {
        guard let isSpoolEmpty = spool?.isEmpty, !memory.isEmpty, isHalfFull || !isSpoolEmpty else { return }
        guard spoolFailure == nil || now >= nextAttempt else { return }
        do throws(SpoolError) {
            try moveMemory()
            if !isSpooling { events.append(.spooling) }
            isSpooling = true
            if spoolFailure != nil { events.append(.spoolWorks) }
            spoolFailure = nil
        } catch {
            if spoolFailure == nil { events.append(.spoolFailed(error)) }
            statistics.spoolFailures += 1
            spoolFailure = error
            nextAttempt = now + Self.patience
        }
    }

    mutating func take() -> OutgoingMessage? {
        if isKept { return nil }
        if inFlight == nil { inFlight = takeNext() }
        return inFlight
    }

    mutating func confirm(at position: UInt64?) {
        guard let outgoing = inFlight else { return }
        inFlight = nil
        if outgoing.isRepeated {
            statistics.repeated += outgoing.message
        } else {
            statistics.confirmed += outgoing.message
        }
        if let position { release(window.append(outgoing, end: position)) } else { release([outgoing]) }
    }

    mutating func acknowledge(through position: UInt64, at now: Duration) {
        release(window.acknowledge(through: position, at: now))
    }

    mutating func beginSession(isAfterLoss: Bool, at now: Duration) {
        guard isAfterLoss else { return window.beginSession(at: now) }
        // What was sent again in the lost session is older than what was still to be.
        let remaining = again
        again.removeAll()
        for var outgoing in window.takeAll() {
            outgoing.isRepeated = true
            again.append(outgoing)
        }
        again.append(contentsOf: remaining)
    }

    mutating func keep() {
        isClosed = true
        guard !isKept, spool != nil else { return }
        isKept = true
        // All that was sent, or was about to be, is older than what waits.
        let sent = window.takeAll()
        let older = sent + (inFlight.map { [$0] } ?? []) + again
        do throws(SpoolError) {
            try moveMemory()
            try spool?.prepend(older.map(\.message))
            for outgoing in sent + again { statistics.returned += outgoing.message }
            if let inFlight, inFlight.isRepeated { statistics.returned += inFlight.message }
            inFlight = nil
            again.removeAll()
            release(older)
        } catch {
            statistics.spoolFailures += 1
            spoolFailure = error
        }
        statistics.spool = spool?.statistics ?? SpoolStatistics()
        spool = nil
    }

    private mutating func takeNext() -> OutgoingMessage? {
        if let outgoing = again.popFirst() { return outgoing }
        if let taken = spool?.take() {
            return OutgoingMessage(message: taken.message, segment: taken.segment, templates: taken.templates)
        }
        if isSpooling { events.append(.spoolEmptied) }
        isSpooling = false
        isSpoolFull = false
        return forgetFirst().map { OutgoingMessage(message: $0) }
    }

    private mutating func moveMemory() throws(SpoolError) {
        let droppedBefore = spool?.statistics.dropped.messages ?? 0
        while let message = memory.first {
            if message.sets.count <= SpoolEntry.longestSets { try spool?.append(message) } else { statistics.dropped += message }
            forgetFirst()
        }
        guard let dropped = spool?.statistics.dropped.messages, dropped > droppedBefore, !isSpoolFull else { return }
        isSpoolFull = true
        events.append(.spoolFull)
    }

    private mutating func dropOldest() {
        if let oldest = forgetFirst() { statistics.dropped += oldest }
    }

    @discardableResult
    private mutating func forgetFirst() -> ExportedMessage? {
        guard let message = memory.popFirst() else { return nil }
        inMemory -= message
        return message
    }

    private mutating func release(_ messages: [OutgoingMessage]) {
        for message in messages { if let segment = message.segment { spool?.release(of: segment) } }
    }
}
