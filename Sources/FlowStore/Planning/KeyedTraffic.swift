// SPDX-License-Identifier: Apache-2.0

/// Traffic by numbers of rows: a hash table with open addressing, since a dictionary's hashing takes longer than reading a row.
struct KeyedTraffic {
    /// In the order of their first use.
    private(set) var keys: [Int64] = []
    private(set) var traffic: [Traffic] = []
    /// Places in `keys` counted from 1; 0 where there is none. At most half are taken.
    private var places = [Int32](repeating: 0, count: 1 << 10)
    private var shift: UInt64 = 54

    /// Adds a row's counts, intervals of which so many are without counters, and connections.
    mutating func add(_ counts: InlineArray<4, Int64?>, intervals: Int, withoutCounters: Int, connections: Int, to key: Int64) {
        traffic[place(of: key)].add(counts, intervals: intervals, withoutCounters: withoutCounters, connections: connections)
    }

    private mutating func place(of key: Int64) -> Int {
        var slot = slot(of: key)
        while places[slot] != 0 {
            let place = Int(places[slot]) - 1
            if keys[place] == key { return place }
            slot = (slot + 1) & (places.count - 1)
        }
        keys.append(key)
        traffic.append(Traffic())
        places[slot] = Int32(keys.count)
        if keys.count * 2 > places.count { grow() }
        return keys.count - 1
    }

    private mutating func grow() {
        shift -= 1
        places = [Int32](repeating: 0, count: places.count * 2)
        for (index, key) in keys.enumerated() {
            var slot = slot(of: key)
            while places[slot] != 0 { slot = (slot + 1) & (places.count - 1) }
            places[slot] = Int32(index + 1)
        }
    }

    private func slot(of key: Int64) -> Int {
        Int(truncatingIfNeeded: (UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }
}

extension Traffic {
    mutating func add(_ counts: InlineArray<4, Int64?>, intervals: Int, withoutCounters: Int, connections: Int) {
        if let count = counts[0] { octets = (octets ?? 0).saturated(adding: count) }
        if let count = counts[1] { reverseOctets = (reverseOctets ?? 0).saturated(adding: count) }
        if let count = counts[2] { packets = (packets ?? 0).saturated(adding: count) }
        if let count = counts[3] { reversePackets = (reversePackets ?? 0).saturated(adding: count) }
        self.intervals += intervals
        intervalsWithoutCounters += withoutCounters
        self.connections += connections
    }
}

extension UInt64 {
    fileprivate func saturated(adding count: Int64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(UInt64(clamping: count))
        return overflow ? .max : sum
    }
}

extension Statement {
    /// Four counters in the order of `IntervalLayout.counters`, from a column on.
    func counts(from index: Int32) -> InlineArray<4, Int64?> {
        [integer(at: index), integer(at: index + 1), integer(at: index + 2), integer(at: index + 3)]
    }
}
