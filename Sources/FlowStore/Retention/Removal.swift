// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import IPFIX

/// Removes what is too old, in the caller's transaction, a slice of rows at a time.
///
/// Intervals go by seconds: with them go the connections that none of the later ones belongs to. A connection that goes on tells by its next
/// interval's duration that it was there before, and `rollup_period` tells how far ahead such an interval can be.
struct Removal {
    private let connection: Connection
    /// Names that the writer remembers without their texts.
    private let remembered: () -> Set<Int64>
    /// What a row takes; nil where nobody asks for sizes of resolutions.
    private let sample: RoomSample?

    /// Rows of a slice, about.
    private static let sliceRows: Int64 = 20_000

    init(_ connection: Connection, sample: RoomSample? = nil, keeping remembered: @escaping () -> Set<Int64>) {
        self.connection = connection
        self.sample = sample
        self.remembered = remembered
    }

    /// One slice of the first thing that has something to remove.
    func step(_ policy: RetentionPolicy, at now: Timestamp) throws(StoreError) -> RetentionStep {
        var step = RetentionStep()
        for resolution in Resolution.allCases {
            guard let age = policy.ages[resolution] else { continue }
            let floor = max(0, (now - age).seconds) / resolution.seconds
            step.rowsRemoved += try remove(resolution, before: floor, &step)
            if step.hasMore { return step }
        }
        if let age = policy.ledgerAge { step.rowsRemoved += try removeLedger(before: now - age, &step) }
        if step.hasMore { return step }
        step.rowsRemoved += try giveUpForSizes(policy, &step)
        if step.hasMore { return step }
        if step.rowsRemoved == 0 { step.rowsRemoved += try removeUnused(&step) }
        return step
    }

    /// A slice of the first that takes more than it may.
    private func giveUpForSizes(_ policy: RetentionPolicy, _ step: inout RetentionStep) throws(StoreError) -> Int64 {
        func giveUp(_ resolution: Resolution, rows: Int64) throws(StoreError) -> Int64 {
            let removed = try self.giveUp(resolution, rows: rows, &step)
            if removed > 0 { (step.isForSize, step.hasMore) = (true, true) }
            return removed
        }
        for resolution in Resolution.allCases {
            guard let maximum = policy.sizes[resolution], let sample else { continue }
            let room = try RoomEstimate(connection: connection, sample: sample).room(of: resolution)
            guard room.octets > maximum else { continue }
            // No more than is too much, but not a few rows at a time either.
            let excess = Double(room.rows) * Double(room.octets - maximum) / Double(room.octets)
            let removed = try giveUp(resolution, rows: min(Self.sliceRows, max(100, Int64(excess))))
            if removed > 0 { return removed }
            step.tooLarge.append(resolution)
        }
        guard let maximum = policy.maximumOctets, try usedOctets() > maximum else { return 0 }
        for resolution in Resolution.allCases {
            let removed = try giveUp(resolution, rows: Self.sliceRows)
            if removed > 0 { return removed }
        }
        step.wholeIsTooLarge = true
        return 0
    }

    func giveUpOldest() throws(StoreError) -> RetentionStep {
        var step = RetentionStep()
        step.rowsRemoved = try giveUp(.flows, rows: Self.sliceRows, &step)
        step.isForSize = true
        return step
    }

    /// A slice of the oldest rows, but of the last hour (or period) that there is.
    private func giveUp(_ resolution: Resolution, rows: Int64, _ step: inout RetentionStep) throws(StoreError) -> Int64 {
        let last = "id >> \(resolution == .flows ? IntervalID.sequenceBits : Rollup.conversationBits)"
        guard let newest = try integer("SELECT \(last) FROM \(resolution.table) ORDER BY id DESC LIMIT 1") else { return 0 }
        return try remove(resolution, before: max(0, newest - max(1, 3600 / resolution.seconds)), rows: rows, &step)
    }

    private func usedOctets() throws(StoreError) -> Int64 {
        let pages = (try integer("PRAGMA page_count") ?? 0) - (try integer("PRAGMA freelist_count") ?? 0)
        return pages * (try integer("PRAGMA page_size") ?? 0)
    }

    /// - Parameters:
    ///   - floor: the first period (second) to keep.
    ///   - rows: of the slice, about.
    private func remove(
        _ resolution: Resolution, before floor: Int64, rows: Int64 = sliceRows, _ step: inout RetentionStep
    ) throws(StoreError) -> Int64 {
        resolution == .flows
            ? try removeIntervals(before: floor, rows: rows, &step) : try removeSums(resolution, before: floor, rows: rows, &step)
    }

    private func integer(_ sql: String, _ values: Int64...) throws(StoreError) -> Int64? {
        let statement = try Statement(connection, sql)
        for (index, value) in values.enumerated() { statement.bind(value, at: Int32(index + 1)) }
        return try statement.firstInteger()
    }

    /// - Returns: how many rows it changed.
    private func run(_ sql: String, _ values: Int64...) throws(StoreError) -> Int64 {
        let statement = try Statement(connection, sql)
        for (index, value) in values.enumerated() { statement.bind(value, at: Int32(index + 1)) }
        try statement.run()
        return connection.changes
    }
}

// Intervals and their connections.
extension Removal {
    private func removeIntervals(before floor: Int64, rows: Int64, _ step: inout RetentionStep) throws(StoreError) -> Int64 {
        let floor = min(floor, try completed(.minute) * Resolution.minute.seconds)
        guard let first = try integer("SELECT min(id) FROM interval"), first >> IntervalID.sequenceBits < floor else { return 0 }
        let cut = try integer("SELECT id FROM interval ORDER BY id LIMIT 1 OFFSET \(rows)") ?? .max
        let end = min(floor, (cut >> IntervalID.sequenceBits) + 1)
        step.hasMore = end < floor
        let ending = end << IntervalID.sequenceBits
        let ended = try connections("SELECT DISTINCT connection FROM interval WHERE id < ?", ending).subtracting(try continuing(at: end))
        var removed = try run("DELETE FROM interval_side WHERE interval < ?", ending)
        removed += try run("DELETE FROM interval WHERE id < ?", ending)
        let delete = try Statement(connection, "DELETE FROM connection WHERE id = ?")
        for row in ended {
            delete.bind(row, at: 1)
            try delete.run()
        }
        try setOldest(.flows, end)
        return removed + Int64(ended.count)
    }

    /// Connections with an interval from a second on whose interval before ended ahead of it.
    private func continuing(at second: Int64) throws(StoreError) -> Set<Int64> {
        let minute = (second - 1) / 60
        let periods = try Statement(
            connection,
            """
            SELECT period
            FROM rollup_period
            WHERE resolution = '1m' AND period >= ?1 AND (period = ?1 OR earliest < ?2)
            ORDER BY period
            """)
        periods.bind(minute, at: 1)
        periods.bind(second, at: 2)
        var continuing: Set<Int64> = []
        while try periods.step() {
            let period = periods.integer(at: 0) ?? 0
            let range = (max(second, period * 60), (period + 1) * 60)
            continuing.formUnion(
                try continued(from: range.0 << IntervalID.sequenceBits, to: range.1 << IntervalID.sequenceBits, after: second))
        }
        // Of minutes that are not over nothing is known as a whole.
        let open = max(second, try completed(.minute) * Resolution.minute.seconds)
        return continuing.union(try continued(from: open << IntervalID.sequenceBits, to: .max, after: second))
    }

    private func continued(from first: Int64, to end: Int64, after second: Int64) throws(StoreError) -> Set<Int64> {
        try connections(
            "SELECT connection FROM interval WHERE id >= ? AND id < ? AND (\(IntervalLayout.previousEnd)) < ?", first, end, second * 1000)
    }

    /// The first period of which not all is in sums yet.
    private func completed(_ resolution: Resolution) throws(StoreError) -> Int64 {
        try integer("SELECT complete FROM resolution WHERE name = '\(resolution.name)'") ?? 0
    }

    private func connections(_ sql: String, _ values: Int64...) throws(StoreError) -> Set<Int64> {
        let statement = try Statement(connection, sql)
        for (index, value) in values.enumerated() { statement.bind(value, at: Int32(index + 1)) }
        var rows: Set<Int64> = []
        while try statement.step() { if let row = statement.integer(at: 0) { rows.insert(row) } }
        return rows
    }

    private func setOldest(_ resolution: Resolution, _ oldest: Int64) throws(StoreError) {
        _ = try run("UPDATE resolution SET oldest = max(oldest, ?) WHERE name = '\(resolution.name)'", oldest)
    }
}

// Sums, the ledger, and what nothing refers to.
extension Removal {
    private func removeSums(
        _ resolution: Resolution, before floor: Int64, rows: Int64, _ step: inout RetentionStep
    ) throws(StoreError) -> Int64 {
        let table = resolution.table
        let bits = Rollup.conversationBits
        guard let first = try integer("SELECT min(id) >> \(bits) FROM \(table)"), first < floor else { return 0 }
        // What the next coarser sums lack is not removed.
        var limit = floor
        if let coarser = Resolution.rollups.first(where: { $0.finer == resolution }) {
            limit = min(limit, try completed(coarser) * coarser.factor)
        }
        let cut = try integer("SELECT id >> \(bits) FROM \(table) ORDER BY id LIMIT 1 OFFSET \(rows)") ?? .max
        let end = min(limit, cut == .max ? .max : cut + 1)
        guard end > first else { return 0 }
        step.hasMore = end < limit
        var removed = try run("DELETE FROM \(table) WHERE id < ?", Rollup.id(min(end, Rollup.periods.upperBound - 1), 0))
        removed += try run("DELETE FROM rollup_gap WHERE resolution = '\(resolution.name)' AND period < ?", end)
        try setOldest(resolution, end)
        // Minutes' entries serve the intervals as well.
        let intervals = resolution == .minute ? (try integer("SELECT oldest FROM resolution WHERE name = 'flows'") ?? 0) / 60 : .max
        return try removed + run("DELETE FROM rollup_period WHERE resolution = '\(resolution.name)' AND period < ?", min(end, intervals))
    }

    private func removeLedger(before time: Timestamp, _ step: inout RetentionStep) throws(StoreError) -> Int64 {
        var removed: Int64 = 0
        let id = IntervalID.first(at: time)
        for (table, column, bound) in [
            ("exporter_minute", "minute", time.milliseconds), ("exporter_drop", "minute", time.milliseconds),
            ("aggregator_run", "began", time.milliseconds), ("exporter_statistic", "minute", time.milliseconds),
            ("rule_statistics", "id", id), ("port_statistics", "id", id),
        ] {
            let cut = try integer("SELECT \(column) FROM \(table) ORDER BY \(column) LIMIT 1 OFFSET \(Self.sliceRows)") ?? .max
            let end = min(bound, cut)
            if end < bound { step.hasMore = true }
            removed += try run("DELETE FROM \(table) WHERE \(column) < ?", end)
        }
        return removed
    }

    /// Conversations, addresses and names that were last seen before everything that is kept.
    private func removeUnused(_ step: inout RetentionStep) throws(StoreError) -> Int64 {
        var horizon = Int64.max
        for resolution in Resolution.allCases {
            let oldest = try integer("SELECT oldest FROM resolution WHERE name = '\(resolution.name)'") ?? 0
            horizon = min(horizon, oldest * resolution.seconds / 86_400)
        }
        guard horizon > 0 else { return 0 }
        var removed = try run(
            "DELETE FROM conversation WHERE id IN (SELECT id FROM conversation WHERE lastSeen < ? LIMIT \(Self.sliceRows))", horizon)
        removed += try run("DELETE FROM address WHERE id IN (SELECT id FROM address WHERE lastSeen < ? LIMIT \(Self.sliceRows))", horizon)
        let unused = try connections("SELECT id FROM name WHERE lastSeen < ? LIMIT \(Self.sliceRows)", horizon)
        if !unused.isEmpty {
            let delete = try Statement(connection, "DELETE FROM name WHERE id = ?")
            for row in unused.subtracting(remembered()) {
                delete.bind(row, at: 1)
                try delete.run()
                removed += 1
            }
        }
        step.hasMore = removed >= Self.sliceRows
        return removed
    }
}
