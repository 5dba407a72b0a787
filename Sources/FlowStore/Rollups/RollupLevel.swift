// SPDX-License-Identifier: Apache-2.0

/// The sums of one resolution as they are written to its table.
///
/// ```
///        in the table, read           being written               in memory
///   ├──────────────────────────┼──────────────────────────┼─────────────────────────▶ periods
///                           complete                   frontier
/// ```
///
/// Rows of a period that is being written are behind `complete`, where no reader looks, and a program that starts takes them out again.
/// Therefore a period can be written over many transactions: `complete` moves past it in the one that has the last of its rows.
struct RollupLevel {
    let statements: RollupStatements
    /// Of periods from `frontier` on.
    var open: OpenSums
    /// Of earlier ones, since they were taken out of memory.
    private var late: OpenSums
    /// The first period that the table does not have as a whole.
    private(set) var complete: Int64 = 0
    private(set) var frontier: Int64 = 0
    private var oldest: Int64 = 0
    /// In the order in which they are written.
    private var closing: [ClosingPeriod] = []

    /// Sums in memory; beyond that they are written early.
    private static let capacity = 1 << 18

    init(_ resolution: Resolution, _ connection: Connection) throws(StoreError) {
        statements = try RollupStatements(resolution, connection)
        (open, late) = (OpenSums(resolution), OpenSums(resolution))
    }

    var resolution: Resolution { open.resolution }

    /// Forgets what is in memory, and takes out what readers do not see.
    mutating func reset() throws(StoreError) {
        (open, late) = (OpenSums(resolution), OpenSums(resolution))
        closing = []
        (complete, oldest) = try statements.state()
        frontier = complete
        try statements.remove(from: complete)
    }

    mutating func reloadOldest() throws(StoreError) { oldest = try statements.state().oldest }

    /// Adds an interval, or takes one away that was added before.
    ///
    /// - Returns: whether that is in memory. Otherwise the next coarser resolution has its period as well, or its sums already.
    mutating func add(_ entry: RollupEntry, _ counts: InlineArray<4, Int64>, sign: Int64) -> Bool {
        guard entry.period(of: resolution) < frontier else {
            open.add(entry, counts, sign: sign)
            return true
        }
        late.add(entry, counts, sign: sign)
        return false
    }

    /// Begins to write all periods before one.
    ///
    /// - Returns: those that have sums, for the next coarser resolution.
    mutating func close(before end: Int64) -> [OpenSums.Period] {
        guard end > frontier else { return [] }
        frontier = end
        return take(before: end)
    }

    /// Begins to write what there is no room for in memory. Its periods stay open, and get more rows when they are over.
    ///
    /// - Returns: as ``close(before:)``.
    mutating func makeRoom() -> [OpenSums.Period] { closing.isEmpty && open.count > Self.capacity ? take(before: .max) : [] }

    private mutating func take(before end: Int64) -> [OpenSums.Period] {
        let periods = open.take(before: end)
        closing += periods.map(ClosingPeriod.init)
        return periods
    }

    /// Writes what came late, and then so many rows of what is over, less those that were written.
    mutating func write(_ rows: inout Int) throws(StoreError) {
        try writeLate()
        // Too much that waits would be kept in memory for too long.
        if closing.reduce(0, { $0 + $1.period.count }) > Self.capacity { rows = .max }
        while !closing.isEmpty {
            guard try closing[0].write(&rows, by: statements) else { return }
            closing.removeFirst()
            try move(to: closing.reduce(frontier) { min($0, $1.period.number) })
        }
        try move(to: frontier)
    }

    private mutating func move(to end: Int64) throws(StoreError) {
        guard end > complete else { return }
        complete = end
        try writeLate()
        try statements.save(complete: end)
    }

    private mutating func writeLate() throws(StoreError) {
        guard !late.isEmpty else { return }
        for period in late.take(before: complete) where period.number >= oldest {
            var (closing, rows) = (ClosingPeriod(period), Int.max)
            _ = try closing.write(&rows, by: statements)
        }
    }
}

/// A period whose sums are being written.
struct ClosingPeriod {
    let period: OpenSums.Period
    /// In the order of the table's key.
    private let order: [Int]
    private var (written, writtenGaps) = (0, 0)

    init(_ period: OpenSums.Period) {
        self.period = period
        order = period.order
    }

    /// Writes at most so many rows, less those that were written.
    ///
    /// - Returns: whether all are written.
    mutating func write(_ rows: inout Int, by statements: RollupStatements) throws(StoreError) -> Bool {
        while written < order.count {
            guard rows > 0 else { return false }
            let (conversation, sums) = period.sums(at: order[written])
            try statements.add(sums, of: conversation, in: period.number)
            (written, rows) = (written + 1, rows - 1)
        }
        while writtenGaps < period.gapCount {
            guard rows > 0 else { return false }
            let (gap, connections) = period.gap(at: writtenGaps)
            try statements.add(connections, in: gap, of: period.number)
            (writtenGaps, rows) = (writtenGaps + 1, rows - 1)
        }
        try statements.add(period)
        return true
    }
}
