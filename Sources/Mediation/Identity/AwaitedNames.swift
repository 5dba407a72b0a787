// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Stored connections that lack a name or labels, by the address that lacks them: when the cluster tells of the address they are asked for
/// again, until their window closes.
///
/// At `capacity` a further one is refused and counted; its names are looked for again with its next interval alone.
struct AwaitedNames: Sendable {
    struct Connection: Sendable, Hashable {
        let place: UInt32
        /// The number of the connection; the place may be another's later.
        let id: Int64
        let until: Timestamp
    }

    let capacity: Int
    private(set) var count = 0
    private(set) var refused: UInt64 = 0
    private var waiting: [IPAddress: [UInt32: Connection]] = [:]
    private var nextSweep: Timestamp?

    private static let sweepPeriod = Duration.seconds(10)

    init(capacity: Int = 1 << 16) {
        self.capacity = capacity
    }

    var isEmpty: Bool { count == 0 }

    mutating func await(_ connection: Connection, at address: IPAddress) {
        if waiting[address]?[connection.place] == nil {
            guard count < capacity else {
                refused += 1
                return
            }
            count += 1
        }
        waiting[address, default: [:]][connection.place] = connection
    }

    /// Those that wait for an address, which then no longer do, in the order of their numbers.
    mutating func take(_ address: IPAddress) -> [Connection] {
        guard let found = waiting.removeValue(forKey: address) else { return [] }
        count -= found.count
        return found.values.sorted { $0.id < $1.id }
    }

    /// Gives up those whose time is over.
    mutating func expire(at now: Timestamp) {
        guard count > 0, nextSweep.map({ now >= $0 || now < $0 - Self.sweepPeriod }) ?? true else { return }
        nextSweep = now + Self.sweepPeriod
        waiting = waiting.compactMapValues { connections in
            let left = connections.filter { $0.value.until >= now }
            return left.isEmpty ? nil : left
        }
        count = waiting.values.reduce(0) { $0 + $1.count }
    }
}
