// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Metering

/// A connection table that lives: connections come, grow, end and come again on the same tuples, and it tells of them as the kernel does.
///
/// Events wait in a queue and may be lost; a poll reads entry by entry, and what was read waits too. Who takes from both in whatever
/// order sees what a process may see.
struct SimulatedTable {
    /// One incarnation of a tuple.
    struct Incarnation {
        let number: UInt32
        let port: UInt16
        let id: UInt32
        let start: Timestamp
        var octets: UInt64 = 0
        var state = Connection.TCPState.established

        /// As a poll shows it.
        var entry: Connection {
            .sample(
                port: port, id: id, state: state, counters: .init(packets: octets, octets: octets, reversePackets: 1, reverseOctets: 1),
                start: start
            ).with { $0.label = .init(low: UInt64(number)) }
        }
    }

    /// Whether an entry may have the id of one before it. Its beginning then tells when it was: without that, id and tuple are all there
    /// is, and an entry that comes again before word of the end looks like the same.
    let reusesIDs: Bool
    let hasStates: Bool
    private(set) var live: [UInt16: Incarnation] = [:]
    private(set) var events: [ConnectionEvent] = []
    private var transit: [Connection] = []
    private var unread: [UInt16] = []
    private(set) var isPolled = false
    private(set) var incarnations: UInt32 = 0
    /// The number of the incarnation that began at a time.
    private(set) var births: [Timestamp: UInt32] = [:]

    init(reusesIDs: Bool, hasStates: Bool) {
        self.reusesIDs = reusesIDs
        self.hasStates = hasStates
    }

    /// Lets one thing happen.
    mutating func step(using generator: inout SeededGenerator) {
        let port = UInt16.random(in: 1...6, using: &generator)
        guard let known = live[port] else {
            begin(port, using: &generator)
            return
        }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: end(known)
        case 1 where hasStates: finish(known)
        default: live[port]?.octets += .random(in: 0...100, using: &generator)
        }
    }

    private mutating func begin(_ port: UInt16, using generator: inout SeededGenerator) {
        incarnations += 1
        // The kernel makes an id of the entry's place in memory, so that the same may come again at once.
        let id: UInt32 = reusesIDs && generator.isOnce(in: 2) ? UInt32(port) : 1000 + incarnations
        // Far from the clock of the process, so that a time of its own is never taken for one of these.
        let start = Timestamp.at(-1e6 + Double(incarnations) / 100)
        let incarnation = Incarnation(number: incarnations, port: port, id: id, start: start, octets: 1)
        live[port] = incarnation
        births[incarnation.start] = incarnations
        let told = reusesIDs ? start : nil
        events.append(
            ConnectionEvent(
                incarnation.entry.with {
                    $0.counters = nil; $0.start = told
                }, kind: .new))
    }

    // Unlike the kernel's, these events always carry the label, by which the test knows which incarnation a record is of.
    private mutating func finish(_ incarnation: Incarnation) {
        live[incarnation.port]?.state = .timeWait
        let entry = incarnation.entry.with {
            $0.counters = nil; $0.start = nil; $0.tcpState = .timeWait
        }
        events.append(ConnectionEvent(entry, kind: .updated))
    }

    private mutating func end(_ incarnation: Incarnation) {
        live[incarnation.port] = nil
        events.append(ConnectionEvent(incarnation.entry.with { $0.tcpState = nil }, kind: .destroyed))
    }

    /// The next event; nil when there is none.
    mutating func nextEvent() -> ConnectionEvent? { events.isEmpty ? nil : events.removeFirst() }

    mutating func beginPoll(using generator: inout SeededGenerator) {
        isPolled = true
        unread = live.keys.sorted().shuffled(using: &generator)
    }

    /// Reads an entry, if it still is there, or hands one over that was read; ends the poll when nothing is left of either.
    mutating func continuePoll(using generator: inout SeededGenerator) -> Connection? {
        if !unread.isEmpty, transit.isEmpty || generator.isOnce(in: 2) {
            if let entry = live[unread.removeLast()]?.entry { transit.append(entry) }
            return nil
        }
        if !transit.isEmpty { return transit.removeFirst() }
        isPolled = false
        return nil
    }
}
