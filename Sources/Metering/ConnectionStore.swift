// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The connections that are being metered: the Metering Process's cache (RFC 6728 §4.3), filled by polls.
///
/// A connection is its original tuple, protocol and zone, for as long as its conntrack id and start stay the same. Entries are kept
/// densely, so a pass over all of them, once a poll, is a pass over an array.
struct ConnectionStore: Sendable {
    struct Key: Hashable {
        let tuple: Connection.Tuple
        let zone: UInt16
        let protocolIdentifier: UInt8

        init(_ connection: Connection) {
            tuple = connection.original
            zone = connection.zone
            protocolIdentifier = connection.protocolIdentifier
        }
    }

    let capacity: Int
    private var index: [Key: Int] = [:]
    private(set) var entries: [MeteredConnection] = []
    private var pollNumber: UInt64 = 0
    /// Whether the current poll reads the whole table.
    private(set) var isPollWhole = false

    init(capacity: Int) {
        self.capacity = capacity
    }

    mutating func beginPoll(isWhole: Bool) {
        pollNumber += 1
        isPollWhole = isWhole
    }

    mutating func endPoll(isWhole: Bool) { isPollWhole = isWhole }

    enum Outcome { case updated, inserted, full }

    /// Takes one observation of the current poll. A connection that a new one replaces on the same tuple goes to `replaced`.
    mutating func observe(_ connection: Connection, at now: Timestamp, replaced: inout [MeteredConnection]) -> Outcome {
        let key = Key(connection)
        if let position = index[key] {
            guard entries[position].isContinued(by: connection) else {
                replaced.append(entries[position])
                entries[position] = MeteredConnection(connection, at: now, pollNumber: pollNumber)
                return .inserted
            }
            entries[position].update(connection, at: now, pollNumber: pollNumber)
            return .updated
        }
        guard entries.count < capacity else { return .full }
        index[key] = entries.count
        entries.append(MeteredConnection(connection, at: now, pollNumber: pollNumber))
        return .inserted
    }

    /// Whether the connection of this tuple is stored already.
    func contains(_ connection: Connection) -> Bool { index[Key(connection)] != nil }

    /// Visits every connection; those for which `visit` returns false are removed.
    mutating func visit(_ visit: (inout MeteredConnection, _ wasSeen: Bool) -> Bool) {
        var position = 0
        while position < entries.count {
            if visit(&entries[position], entries[position].pollNumber == pollNumber) {
                position += 1
            } else {
                remove(at: position)
            }
        }
    }

    private mutating func remove(at position: Int) {
        index[Key(entries[position].connection)] = nil
        let last = entries.removeLast()
        guard position < entries.count else { return }
        entries[position] = last
        index[Key(last.connection)] = position
    }
}
