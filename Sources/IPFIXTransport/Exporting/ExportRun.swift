// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Logging

/// What the thread of an Exporting Process does: connect, send, and connect again, until the queue is closed and empty.
struct ExportRun {
    private let assignment: ExportAssignment
    private let board: ExportBoard
    private var backoff: Backoff
    /// Whether the session before this one was lost.
    private var isAfterLoss = true

    init(_ assignment: ExportAssignment, board: ExportBoard) {
        self.assignment = assignment
        self.board = board
        let configuration = assignment.configuration
        backoff = Backoff(shortest: configuration.shortestReconnect, longest: configuration.longestReconnect)
    }

    mutating func run() {
        while !assignment.queue.isExhausted, !board.isInterrupted {
            do throws(ConnectionFailure) {
                try runSession()
            } catch {
                isAfterLoss = true
                if case .lost(let reason) = error { waitToReconnect(after: reason) }
            }
        }
        assignment.queue.keep()
        board.change { $0.isConnected = false }
        board.finished.signal()
    }

    /// One transport session; returns when it has nothing more to send.
    private mutating func runSession() throws(ConnectionFailure) {
        // The name is resolved each time: a collector that moved has a new address.
        let connection = try ExportConnection.open(for: assignment, interruption: board.interruption)
        board.change {
            $0.connections += 1
            $0.isConnected = true
        }
        assignment.logger.info(
            "connected to the collector",
            metadata: ["collector": "\(assignment.endpoint)", "protection": "\(connection.protection)"])
        assignment.queue.beginSession(isAfterLoss: isAfterLoss)
        isAfterLoss = false
        var session = ExportSession(connection, for: assignment, board: board)
        do throws(ConnectionFailure) {
            _ = try session.run()
            connection.finish()
        } catch {
            // A collector that accepts and closes at once is no reason to hurry.
            if session.hasSentRecords { backoff.reset() }
            throw error
        }
    }

    private mutating func waitToReconnect(after reason: String) {
        let delay = backoff.next(random: Double.random(in: 0..<1))
        board.change {
            $0.sendErrors += 1
            $0.isConnected = false
        }
        assignment.logger.warning(
            "no connection to the collector",
            metadata: ["collector": "\(assignment.endpoint)", "reason": "\(reason)", "retry": "\(delay.wholeMilliseconds) ms"])
        _ = board.interruption.wait(timeout: delay)
    }
}
