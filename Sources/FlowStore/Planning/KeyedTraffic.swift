// SPDX-License-Identifier: Apache-2.0

/// Traffic by keys of one to eight words.
struct KeyedTraffic {
    private(set) var keys: KeyTable
    /// By the numbers of keys.
    private(set) var traffic: [Traffic] = []

    init(width: Int = 1) { keys = KeyTable(width: width) }

    /// Adds four counts and so many intervals of a row, and so many connections.
    mutating func add(_ row: Statement, countsFrom column: Int32, intervals: Int, withoutCounters: Int?, connections: Int, to key: Int64) {
        let number = keys.number(of: key)
        if number == traffic.count { traffic.append(Traffic()) }
        traffic[number].add(row, countsFrom: column, intervals: intervals, withoutCounters: withoutCounters, connections: connections)
    }

    /// - Returns: the key's number.
    @discardableResult
    mutating func add(_ sum: Traffic, to key: SIMD8<Int64>) -> Int {
        let number = keys.number(of: key)
        if number == traffic.count { traffic.append(sum) } else { traffic[number] += sum }
        return number
    }

    mutating func addConnection(to number: Int) { traffic[number].connections += 1 }
}

extension Traffic {
    /// Adds four counts of a row, in the order of `IntervalLayout.counters`.
    ///
    /// - Parameter withoutCounters: so many of the intervals; nil for all of them if there is none of the four.
    mutating func add(_ row: Statement, countsFrom column: Int32, intervals: Int, withoutCounters: Int?, connections: Int) {
        let counts = (row.integer(at: column), row.integer(at: column + 1), row.integer(at: column + 2), row.integer(at: column + 3))
        Self.add(counts.0, to: &octets)
        Self.add(counts.1, to: &reverseOctets)
        Self.add(counts.2, to: &packets)
        Self.add(counts.3, to: &reversePackets)
        let isUncounted = counts.0 == nil && counts.1 == nil && counts.2 == nil && counts.3 == nil
        intervalsWithoutCounters += withoutCounters ?? (isUncounted ? intervals : 0)
        self.intervals += intervals
        self.connections += connections
    }

    private static func add(_ count: Int64?, to sum: inout UInt64?) {
        guard let count else { return }
        let (total, overflow) = (sum ?? 0).addingReportingOverflow(UInt64(clamping: count))
        sum = overflow ? .max : total
    }
}
