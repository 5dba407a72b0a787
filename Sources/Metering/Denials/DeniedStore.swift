// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Attempts that policy refused, one entry an attempt however often its packets were repeated.
struct DeniedStore: Sendable {
    struct Key: Hashable {
        let tuple: Connection.Tuple
        let protocolIdentifier: UInt8
        let rule: UInt32?
    }

    struct Entry {
        /// The first packet's.
        let first: DeniedConnection
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        var last: Timestamp
        /// By the process's own time.
        var lastSteady: Timestamp
        var reportedPackets: UInt64 = 0
        var reportedOctets: UInt64 = 0
    }

    private struct Visit {
        let key: Key
        let time: Timestamp
    }

    let capacity: Int
    private var entries: [Key: Entry] = [:]
    /// Every entry once. All wait equally long, so what was put in first is due first.
    private var visits = FIFO<Visit>()
    /// Entries to look at at once, the first time.
    private var fresh = FIFO<Key>()
    /// Entries to report whenever they were reported last.
    private var flushed = FIFO<Key>()

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { entries.count }

    /// False when there is no room for another attempt.
    mutating func observe(_ denied: DeniedConnection, at now: Timestamp) -> Bool {
        let key = Key(tuple: denied.tuple, protocolIdentifier: denied.protocolIdentifier, rule: denied.rule)
        guard entries[key]?.count(denied, at: now) == nil else { return true }
        guard entries.count < capacity else { return false }
        var entry = Entry(first: denied, last: denied.time, lastSteady: now)
        entry.count(denied, at: now)
        entries[key] = entry
        fresh.append(key)
        return true
    }

    /// Appends each entry that has grown and notes it as reported: at once the first time, then every active timeout. Forgets those that are
    /// silent for the idle timeout.
    ///
    /// - Parameter due: empty at first.
    /// - Returns: true when `limit` was reached and more is due.
    mutating func expire(at now: Timestamp, _ timeouts: Timeouts, limit: Int, into due: inout [Entry]) -> Bool {
        while let key = fresh.first {
            guard due.count < limit else { return true }
            _ = fresh.popFirst()
            report(key, into: &due)
            visits.append(Visit(key: key, time: now + timeouts.active))
        }
        while let key = flushed.first {
            guard due.count < limit else { return true }
            _ = flushed.popFirst()
            report(key, into: &due)
        }
        while let visit = visits.first, visit.time <= now {
            guard due.count < limit else { return true }
            _ = visits.popFirst()
            let count = due.count
            report(visit.key, into: &due)
            if due.count == count, let entry = entries[visit.key], now - entry.lastSteady >= timeouts.idle {
                entries[visit.key] = nil
            } else {
                visits.append(Visit(key: visit.key, time: now + timeouts.active))
            }
        }
        return false
    }

    /// Makes everything due that has grown.
    mutating func makeDue() {
        for (key, entry) in entries where entry.packets > entry.reportedPackets { flushed.append(key) }
    }

    /// When an entry is to be looked at next.
    var nextDeadline: Timestamp? { fresh.count > 0 ? Timestamp(milliseconds: .min) : visits.first?.time }

    private mutating func report(_ key: Key, into due: inout [Entry]) {
        guard let entry = entries[key], entry.packets > entry.reportedPackets else { return }
        due.append(entry)
        entries[key]?.noteReport()
    }
}

extension DeniedStore.Entry {
    fileprivate mutating func count(_ denied: DeniedConnection, at now: Timestamp) {
        packets += 1
        octets += UInt64(denied.octets)
        last = max(last, denied.time)
        lastSteady = max(lastSteady, now)
    }

    fileprivate mutating func noteReport() {
        reportedPackets = packets
        reportedOctets = octets
    }
}
