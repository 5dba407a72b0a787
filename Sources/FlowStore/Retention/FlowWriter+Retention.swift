// SPDX-License-Identifier: Apache-2.0

internal import GRDB
public import IPFIX

extension FlowWriter {
    /// Removes a part of what a policy does not keep, the oldest first, so much that the call stays short. Never a `VACUUM`: pages are used
    /// again, and given back to the file system a few at a time when many are free.
    ///
    /// - Parameter now: ages count from here.
    public func retain(_ policy: RetentionPolicy, at now: Timestamp) throws(StoreError) -> RetentionStep {
        if policy.givesUpOldestWhenFull { reserve.make() }
        return try removing { removal throws(StoreError) in
            // Intervals are not removed before they are in sums, which they are when time has passed.
            try closeSums(at: now)
            return try removal.step(policy, at: now)
        }
    }

    /// Removes some of the oldest intervals, whatever their age, because there is no room for new ones. The last hour stays. Uses up the reserve
    /// that ``retain(_:at:)`` keeps for that.
    public func giveUpOldest() throws(StoreError) -> RetentionStep {
        reserve.release()
        // What the log holds moves to the file, and the log begins anew without growing.
        try perform { database throws(StoreError) in try Statement(try Connection(database), "PRAGMA wal_checkpoint(RESTART)").run() }
        return try removing { removal throws(StoreError) in try removal.giveUpOldest() }
    }

    private func removing(_ body: (Removal) throws(StoreError) -> RetentionStep) throws(StoreError) -> RetentionStep {
        try perform { database throws(StoreError) in
            var step = RetentionStep()
            let connection = try Connection(database)
            try transaction(in: database) { () throws(StoreError) in
                step = try body(Removal(connection, keeping: rememberedNames))
            }
            if step.rowsRemoved > 0 { try forgetRows() }
            try giveBackSome(connection)
            return step
        }
    }

    /// Gives pages back when more than a quarter of the file is free.
    private func giveBackSome(_ connection: Connection) throws(StoreError) {
        let free = try Statement(connection, "PRAGMA freelist_count").firstInteger() ?? 0
        let pages = try Statement(connection, "PRAGMA page_count").firstInteger() ?? 0
        if free > 1000, free * 4 > pages { try Statement(connection, "PRAGMA incremental_vacuum(500)").run() }
    }
}
