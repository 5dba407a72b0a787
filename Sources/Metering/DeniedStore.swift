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
        var reportedPackets: UInt64 = 0
        var reportedOctets: UInt64 = 0
        var lastReport: Timestamp?
    }

    let capacity: Int
    private var entries: [Key: Entry] = [:]

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { entries.count }

    /// False when there is no room for another attempt.
    mutating func observe(_ denied: DeniedConnection) -> Bool {
        let key = Key(tuple: denied.tuple, protocolIdentifier: denied.protocolIdentifier, rule: denied.rule)
        guard entries[key] != nil || entries.count < capacity else { return false }
        entries[key, default: Entry(first: denied, last: denied.time)].count(denied)
        return true
    }

    /// Reports each entry that has grown: at once the first time, then every `activeTimeout`. Forgets those silent for `idleTimeout`.
    mutating func expire(
        at now: Timestamp, activeTimeout: Duration, idleTimeout: Duration, flushing: Bool, _ report: (Entry) -> Void
    ) {
        for (key, entry) in entries {
            let isDue = entry.lastReport.map { now - $0 >= activeTimeout } ?? true
            if entry.packets > entry.reportedPackets, isDue || flushing {
                report(entry)
                entries[key]?.reportedPackets = entry.packets
                entries[key]?.reportedOctets = entry.octets
                entries[key]?.lastReport = now
            } else if entry.packets == entry.reportedPackets, now - entry.last >= idleTimeout {
                entries[key] = nil
            }
        }
    }
}

extension DeniedStore.Entry {
    fileprivate mutating func count(_ denied: DeniedConnection) {
        packets += 1
        octets += UInt64(denied.octets)
        last = max(last, denied.time)
    }
}
