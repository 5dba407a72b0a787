// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// When which collector is told of which connection: a cursor a collector, and one schedule for all of them.
struct Reporting: Sendable {
    private enum Place {
        static let none: UInt32 = 0
        static let due: UInt32 = 1
        static func tick(_ tick: Int64) -> UInt32 { UInt32(truncatingIfNeeded: tick) | 0x8000_0000 }
    }

    let timeouts: Timeouts
    private var cursors: [Slab<ReportState>]
    /// Slots that a collector that takes nothing at present has to be told of.
    private var waiting: [[UInt32]]
    private var wheel = TimingWheel()
    /// Where each slot is: nowhere, due, or in the wheel at a tick.
    private var places = Slab<UInt32>()
    private var due = FIFO<UInt32>()
    private var visits: [TimingWheel.Visit] = []

    init(collectors: Int, timeouts: Timeouts) {
        self.timeouts = timeouts
        cursors = Array(repeating: Slab(), count: collectors)
        waiting = Array(repeating: [], count: collectors)
    }

    var collectors: Range<Int> { 0..<cursors.count }

    /// Begins with a connection that is new in its slot.
    ///
    /// - Parameter alreadyReported: what has been reported of it at some time before; nil when nothing has.
    mutating func begin(_ slot: UInt32, at now: Timestamp, alreadyReported: Connection.Counters?) {
        let isNew = slot >= places.count
        if isNew { places.append(Place.none) } else { places[slot] = Place.none }
        for collector in collectors {
            var state = ReportState(at: now, alreadyReported: alreadyReported)
            // The slot stands in the list only once, whoever has it.
            state.isWaiting = !isNew && cursors[collector][slot].isWaiting
            if isNew { cursors[collector].append(state) } else { cursors[collector][slot] = state }
        }
    }

    /// Sees to it that what is unreported of a connection is reported in time.
    mutating func schedule(_ slot: UInt32, _ connection: MeteredConnection, at now: Timestamp) {
        guard places[slot] != Place.due else { return }
        if connection.isOver {
            if isAnyoneToBeTold(slot, connection) { makeDue(slot) }
            return
        }
        guard places[slot] == Place.none, let deadline = deadline(slot, connection) else { return }
        places[slot] = Place.tick(wheel.schedule(slot, at: deadline, now: now))
    }

    mutating func makeDue(_ slot: UInt32) {
        guard places[slot] != Place.due else { return }
        places[slot] = Place.due
        due.append(slot)
    }

    /// Makes due what the time has come for, and what waited for a collector that takes records again.
    mutating func advance(to now: Timestamp, withholding: CollectorSet) {
        wheel.advance(to: now, into: &visits)
        for visit in visits where places[visit.slot] == Place.tick(visit.tick) { makeDue(visit.slot) }
        visits.removeAll(keepingCapacity: true)
        for collector in collectors where !withholding.contains(CollectorSet(collector)) && !waiting[collector].isEmpty {
            for slot in waiting[collector] where cursors[collector][slot].isWaiting {
                cursors[collector][slot].isWaiting = false
                makeDue(slot)
            }
            waiting[collector].removeAll()
        }
    }

    mutating func nextDue() -> UInt32? {
        guard let slot = due.popFirst() else { return nil }
        places[slot] = Place.none
        return slot
    }

    var isAnyDue: Bool { due.count > 0 }

    /// When ``advance(to:withholding:)`` next makes something due; nil when nothing is scheduled.
    var nextDeadline: Timestamp? { wheel.firstDeadline }

    func hasUnreported(_ slot: UInt32, _ connection: MeteredConnection) -> Bool {
        for collector in collectors where cursors[collector][slot].hasUnreported(of: connection) { return true }
        return false
    }

    /// Whether a collector that is not waited for has something unreported.
    private func isAnyoneToBeTold(_ slot: UInt32, _ connection: MeteredConnection) -> Bool {
        for collector in collectors where !cursors[collector][slot].isWaiting && cursors[collector][slot].hasUnreported(of: connection) {
            return true
        }
        return false
    }

    func unreportedCollectors(_ slot: UInt32, _ connection: MeteredConnection) -> Int {
        var count = 0
        for collector in collectors where cursors[collector][slot].hasUnreported(of: connection) { count += 1 }
        return count
    }

    private func deadline(_ slot: UInt32, _ connection: MeteredConnection) -> Timestamp? {
        var earliest: Timestamp?
        for collector in collectors where !cursors[collector][slot].isWaiting {
            guard let deadline = cursors[collector][slot].deadline(of: connection, timeouts) else { continue }
            earliest = earliest.map { min($0, deadline) } ?? deadline
        }
        return earliest
    }
}

extension Reporting {
    /// One record that is due, for the collectors that were told the same before.
    struct Report {
        let reason: FlowEndReason
        let reported: Connection.Counters
        var collectors: CollectorSet
    }

    /// The records that are due of a connection, mostly one; notes them as made. Collectors that are withheld are told later.
    mutating func take(
        _ slot: UInt32, _ connection: MeteredConnection, at now: Timestamp, isFlushing: Bool, withholding: CollectorSet,
        into reports: inout [Report]
    ) {
        for collector in collectors {
            let state = cursors[collector][slot]
            guard let reason = state.reason(for: connection, at: now, timeouts, isFlushing: isFlushing) else { continue }
            guard !withholding.contains(CollectorSet(collector)) else {
                wait(slot, collector)
                continue
            }
            cursors[collector][slot].noteReport(of: connection, at: now)
            if let same = reports.firstIndex(where: { $0.reason == reason && $0.reported == state.counters }) {
                reports[same].collectors.insert(CollectorSet(collector))
            } else {
                reports.append(Report(reason: reason, reported: state.counters, collectors: CollectorSet(collector)))
            }
        }
    }

    private mutating func wait(_ slot: UInt32, _ collector: Int) {
        guard !cursors[collector][slot].isWaiting else { return }
        cursors[collector][slot].isWaiting = true
        waiting[collector].append(slot)
    }
}
