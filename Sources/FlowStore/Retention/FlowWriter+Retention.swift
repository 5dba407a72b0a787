// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import IPFIX

extension FlowWriter {
    /// Removes a part of what a policy does not keep, the oldest first, so much that the call stays short. Never a `VACUUM`: pages are used
    /// again, and given back to the file system a few at a time when many are free. The store remembers the policy for those who read it.
    ///
    /// - Parameter now: ages count from here.
    public func retain(_ policy: RetentionPolicy, at now: Timestamp) throws(StoreError) -> RetentionStep {
        if policy.givesUpOldestWhenFull { reserve.make() }
        return try perform { database throws(StoreError) in
            let connection = try Connection(database)
            // Not in the transaction, which is to be short.
            let sample = policy.sizes.isEmpty ? nil : try retentionMemory.sample(at: now, connection)
            let step = try remove(in: database, connection, sample) { removal throws(StoreError) in
                if policy != retentionMemory.policy { try RetentionLimits(connection: connection).save(policy) }
                // Intervals are not removed before they are in sums, which they are when time has passed.
                try closeSums(at: now)
                return try removal.step(policy, at: now)
            }
            retentionMemory.policy = policy
            return step
        }
    }

    /// Removes some of the oldest intervals, whatever their age, because there is no room for new ones. The last hour stays. Uses up the reserve
    /// that ``retain(_:at:)`` keeps for that.
    public func giveUpOldest() throws(StoreError) -> RetentionStep {
        reserve.release()
        return try perform { database throws(StoreError) in
            let connection = try Connection(database)
            // What the log holds moves to the file, and the log begins anew without growing.
            try Statement(connection, "PRAGMA wal_checkpoint(RESTART)").run()
            return try remove(in: database, connection, nil) { removal throws(StoreError) in try removal.giveUpOldest() }
        }
    }

    private func remove(
        in database: Database, _ connection: Connection, _ sample: RoomSample?, _ body: (Removal) throws(StoreError) -> RetentionStep
    ) throws(StoreError) -> RetentionStep {
        var step = RetentionStep()
        try transaction(in: database) { () throws(StoreError) in
            step = try body(Removal(connection, sample: sample, keeping: rememberedNames))
        }
        if step.rowsRemoved > 0 { try forgetRows() }
        try giveBackSome(connection)
        return step
    }

    /// Gives pages back when more than a quarter of the file is free.
    private func giveBackSome(_ connection: Connection) throws(StoreError) {
        let free = try Statement(connection, "PRAGMA freelist_count").firstInteger() ?? 0
        let pages = try Statement(connection, "PRAGMA page_count").firstInteger() ?? 0
        if free > 1000, free * 4 > pages { try Statement(connection, "PRAGMA incremental_vacuum(500)").run() }
    }
}

/// What a writer remembers between two steps of retention.
struct RetentionMemory {
    /// What the store says of it is that.
    var policy: RetentionPolicy?
    private var latest: (sample: RoomSample, taken: Timestamp)?

    /// What rows take changes slowly.
    private static let sampleAge = Duration.seconds(600)

    mutating func sample(at now: Timestamp, _ connection: Connection) throws(StoreError) -> RoomSample {
        if let latest, (.zero..<Self.sampleAge).contains(now - latest.taken) { return latest.sample }
        let sample = try RoomSample(connection)
        latest = (sample, now)
        return sample
    }
}
