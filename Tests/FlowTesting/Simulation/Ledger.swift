// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX
internal import Metering

/// What is known of one metered record by the truth.
struct MeteredNote {
    /// Nil when it is of no connection that there is.
    let connection: Int?
    let side: TrueConnection.Side
    /// By ``FlowCounter``; nil where it tells none.
    let totals: [UInt64?]
    let start: Timestamp
    /// How long it had gone on.
    let age: Duration
    let isEnd: Bool
    let isDenied: Bool
}

/// The truth about everything that was metered, sent and delivered: what a store may and must hold.
struct Ledger {
    /// One delivery of a record.
    struct Delivery {
        let note: MeteredNote
        let time: Timestamp
    }

    /// A message of a session, as it was sent.
    struct Message {
        let sequenceNumber: UInt32
        let notes: [MeteredNote]
        var copies = 0
    }

    private(set) var metered: [Int: [MeteredNote]] = [:]
    private(set) var deliveries: [Int: [Delivery]] = [:]
    /// Records that were made of no connection.
    private(set) var unexplained = 0
    private(set) var sessions: [[Message]] = []
    private(set) var deliveredRecords: UInt64 = 0
    var crashes: [Timestamp] = []
    /// Nodes whose exporter did not live through it all or was not told all: what it metered is less than there was.
    var incompleteNodes: Set<Int> = []

    mutating func note(_ note: MeteredNote) {
        if let connection = note.connection { metered[connection, default: []].append(note) } else { unexplained += 1 }
    }

    mutating func beginSession() -> Int {
        sessions.append([])
        return sessions.count - 1
    }

    mutating func send(_ notes: [MeteredNote], sequenceNumber: UInt32, in session: Int) -> Int {
        sessions[session].append(Message(sequenceNumber: sequenceNumber, notes: notes))
        return sessions[session].count - 1
    }

    func text(of message: Int, in session: Int) -> String {
        let sent = sessions[session][message]
        return sent.notes.isEmpty ? ": templates" : ": \(sent.notes.count) records from number \(sent.sequenceNumber) on"
    }

    func isWithoutRecords(_ message: Int, of session: Int) -> Bool { sessions[session][message].notes.isEmpty }

    mutating func deliver(_ message: Int, of session: Int, at time: Timestamp) {
        sessions[session][message].copies += 1
        deliveredRecords += UInt64(sessions[session][message].notes.count)
        for note in sessions[session][message].notes {
            if let connection = note.connection { deliveries[connection, default: []].append(Delivery(note: note, time: time)) }
        }
    }

    /// Of a time before a crash from which what was delivered then may not have been stored yet: a window, and what is waited for at its end.
    private static let unstored = Duration.seconds(85)

    /// Whether what was delivered at a time survived every crash.
    func isSafe(_ time: Timestamp) -> Bool { !crashes.contains { $0 - Self.unstored < time && time <= $0 } }
}

extension Ledger {
    /// The largest totals of a side.
    ///
    /// - Parameter isCertain: only of what no crash can have taken away.
    func totals(of connection: Int, _ side: TrueConnection.Side, isCertain: Bool) -> [UInt64]? {
        var totals: [UInt64]?
        for delivery in deliveries[connection] ?? [] where delivery.note.isSeen(from: side) && (!isCertain || isSafe(delivery.time)) {
            totals = delivery.note.raise(totals)
        }
        return totals
    }

    func meteredTotals(of connection: Int, _ side: TrueConnection.Side) -> [UInt64]? {
        var totals: [UInt64]?
        for note in metered[connection] ?? [] where note.isSeen(from: side) { totals = note.raise(totals) }
        return totals
    }

    func deliveries(of connection: Int, isCertain: Bool) -> [Delivery] {
        (deliveries[connection] ?? []).filter { !isCertain || isSafe($0.time) }
    }
}

extension MeteredNote {
    var text: String {
        "#\(connection.map(String.init) ?? "?") \(side.rawValue), octets \(totals[1].map(String.init) ?? "-")\(isEnd ? ", ended" : "")"
    }

    func isSeen(from side: TrueConnection.Side) -> Bool { self.side == .both || self.side == side }

    /// Nil for as long as nothing is counted.
    fileprivate func raise(_ totals: [UInt64]?) -> [UInt64]? {
        if self.totals.allSatisfy({ $0 == nil }) { return totals }
        return zip(totals ?? [0, 0, 0, 0], self.totals).map { max($0, $1 ?? 0) }
    }
}
