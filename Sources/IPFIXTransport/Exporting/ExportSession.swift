// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging

/// One transport session from its first templates to its end.
struct ExportSession {
    /// After a datagram that nobody took the collector may have been started anew and know no templates; they are then
    /// repeated, but not more often than this.
    private static let shortestRefresh = Duration.seconds(1)

    private let connection: ExportConnection
    private let assignment: ExportAssignment
    private let board: ExportBoard
    /// Data Records sent in this session, modulo 2³²; templates do not count (RFC 7011 §3.1).
    private var sequenceNumber: UInt32 = 0
    private var templatesSent: Timestamp?
    private var templateRefresh: Duration
    /// What the session's messages are written with; other templates are for another session.
    private var templates: [[UInt8]]
    /// Octets that the operating system has taken.
    private var position: UInt64 = 0
    private var pace: DrainPace
    /// Whether this session was of any use.
    private(set) var hasSentRecords = false

    init(_ connection: ExportConnection, for assignment: ExportAssignment, board: ExportBoard) {
        self.connection = connection
        self.assignment = assignment
        self.board = board
        templateRefresh = assignment.configuration.templateRefresh
        templates = assignment.templateMessages
        pace = DrainPace(octetsASecond: assignment.configuration.drainRate)
    }

    enum End {
        /// The queue is closed and empty.
        case exhausted
        /// The next message was written with other templates.
        case otherTemplates
    }

    /// Sends until the queue is closed and empty, or has a message that was written with other templates.
    ///
    /// A message is confirmed to the queue when the operating system has taken all of it; when the connection is lost
    /// before, it stays and is sent again in the next session. Receivers bear the repetition.
    mutating func run() throws(ConnectionFailure) -> End {
        while !board.isInterrupted {
            try checkCollector()
            let next = assignment.queue.next(timeout: .zero)
            if case .message(let outgoing) = next, !accept(outgoing.templates ?? assignment.templateMessages) { return .otherTemplates }
            // After the message was taken, so that none is sent whose templates had become due before it was appended.
            if areTemplatesDue { try sendTemplates() }
            switch next {
            case .message(let outgoing): try send(outgoing)
            case .timedOut: rest()
            case .closed: return .exhausted
            }
        }
        throw .interrupted
    }

    /// Whether messages written with these templates may be sent in this session; before the first of them any may.
    private mutating func accept(_ templates: [[UInt8]]) -> Bool {
        if templates == self.templates { return true }
        guard templatesSent == nil else { return false }
        self.templates = templates
        return true
    }

    private func rest() {
        _ = Poll.wait(
            for: [.readable(board.interruption.number), .readable(assignment.queue.readiness.number), connection.news],
            timeout: connection.transport.isDatagram ? templateRefresh : nil)
    }

    private mutating func checkCollector() throws(ConnectionFailure) {
        do throws(ConnectionFailure) {
            try connection.check()
        } catch {
            guard error == .refused else { throw error }
            noteRefusal()
        }
    }

    private mutating func noteRefusal() {
        board.change { $0.sendErrors += 1 }
        templateRefresh = min(templateRefresh, Self.shortestRefresh)
    }

    // RFC 7011 §8.1: over TCP the templates are sent once at the start of the session; over UDP again and again, since
    // any of them may be lost (§8.4).
    private var areTemplatesDue: Bool {
        guard let templatesSent else { return true }
        guard connection.transport.isDatagram else { return false }
        let now = assignment.clock()
        // The second condition is a clock that was set back.
        return now - templatesSent >= templateRefresh || now < templatesSent
    }

    private mutating func sendTemplates() throws(ConnectionFailure) {
        templatesSent = assignment.clock()
        templateRefresh = assignment.configuration.templateRefresh
        for sets in templates { try sendTemplates(sets) }
    }

    private mutating func sendTemplates(_ sets: [UInt8]) throws(ConnectionFailure) {
        let octets = assignment.message(sets, sequenceNumber: sequenceNumber)
        guard octets.count <= assignment.messageLimit, try transmit(octets) else {
            assignment.logger.error(
                "templates too large for a datagram: raise the limit or use tcp",
                metadata: ["collector": "\(assignment.endpoint)", "octets": "\(octets.count)"])
            return
        }
        board.change {
            $0.templateMessages += 1
            $0.octets += UInt64(octets.count)
        }
    }

    private mutating func send(_ outgoing: OutgoingMessage) throws(ConnectionFailure) {
        let message = outgoing.message
        let length = MessageHeader.length + message.sets.count
        if length <= assignment.messageLimit, try transmit(assignment.message(message.sets, sequenceNumber: sequenceNumber)) {
            sequenceNumber &+= message.recordCount
            hasSentRecords = true
            board.change {
                $0.messages += 1
                $0.records += UInt64(message.recordCount)
                $0.flows += message.flows
                $0.octets += UInt64(length)
            }
            assignment.queue.confirm(at: position)
        } else {
            dropOversized(message, length: length)
            assignment.queue.confirm(at: nil)
        }
        assignment.queue.acknowledge(through: position - min(position, UInt64(connection.unacknowledgedOctets)))
        if outgoing.segment != nil || outgoing.isRepeated { slowDown(afterSending: length) }
    }

    /// What waited for long comes no faster than the collector can take it beside what is new.
    private mutating func slowDown(afterSending length: Int) {
        let pause = pace.pause(afterSending: length, appended: assignment.queue.statistics.appended.octets)
        if pause > .zero { _ = board.interruption.wait(timeout: pause) }
    }

    /// False when the octets do not fit in a datagram.
    private mutating func transmit(_ octets: [UInt8]) throws(ConnectionFailure) -> Bool {
        // A refusal tells of an earlier datagram, and this one was not sent. A second one in a row is another earlier
        // datagram's answer that came meanwhile; then this one counts as sent, and lost as any datagram may be.
        for _ in 0..<2 {
            do throws(ConnectionFailure) {
                try connection.send(octets)
                position += UInt64(octets.count)
                return true
            } catch {
                switch error {
                case .refused: noteRefusal()
                case .tooLarge: return false
                case .lost, .interrupted: throw error
                }
            }
        }
        return true
    }

    private func dropOversized(_ message: ExportedMessage, length: Int) {
        board.change {
            $0.oversizedMessages += 1
            $0.oversizedRecords += UInt64(message.recordCount)
            $0.oversizedFlows += message.flows
        }
        let dropped = board.statistics.oversizedMessages
        // The first, second, fourth, eighth…: a wrong limit must not fill the disk with lines about it.
        guard dropped.nonzeroBitCount == 1 else { return }
        assignment.logger.error(
            "message too large for the transport: dropped",
            metadata: [
                "collector": "\(assignment.endpoint)", "octets": "\(length)", "limit": "\(assignment.messageLimit)",
                "dropped": "\(dropped)",
            ])
    }
}
