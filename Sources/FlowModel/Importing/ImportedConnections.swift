// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Tells which imported records are of the same connection, and what each moved.
///
/// Records of one origin are of one connection if their maker says so by a number, or if tuple and start are the same and each ends later
/// and has counted no less than the one before. Whatever else is the same, every record keeps an interval of its own, and counters that
/// tell growth are taken as they are. Where only totals are told the growth is computed (the first record's is its total), unless the maker
/// numbers its connections: such records are Weir's own, and complete.
///
/// Of more than `capacity` connections those that were met longest ago are forgotten; a record that follows is then a new connection.
public struct ImportedConnections: Sendable {
    private let capacity: Int
    /// Two generations: what is met moves to the young one; when that is full it becomes the old one.
    private var young = Generation()
    private var old = Generation()

    public init(capacity: Int = 1 << 18) {
        self.capacity = capacity
    }

    /// A digest of what tells connections apart: many are remembered, and 128 bits of a hash that nobody can foresee meet none twice.
    private struct Key: Hashable {
        private let first: Int
        private let second: Int

        init(_ feed: (inout Hasher) -> Void) {
            var hashers = (Hasher(), Hasher())
            hashers.1.combine(true)
            feed(&hashers.0)
            feed(&hashers.1)
            (first, second) = (hashers.0.finalize(), hashers.1.finalize())
        }
    }

    private struct State {
        /// 0 where there is none.
        var connection: Int64
        var end: Timestamp?
        var fingerprint: UInt32
    }

    private struct Generation {
        var states: [Key: State] = [:]
        /// Of those that told some.
        var totals: [Key: Totals] = [:]
    }

    private struct Totals {
        private var values = InlineArray<4, UInt64>(repeating: 0)
        private(set) var known: UInt8 = 0

        init() {}

        init(_ record: FlowRecord) {
            for (index, counter) in FlowCounter.allCases.enumerated() {
                guard let total = record[unsigned: counter.total(.common)] else { continue }
                values[index] = total
                known |= 1 << UInt8(index)
            }
        }

        subscript(index: Int) -> UInt64? { known >> UInt8(index) & 1 == 1 ? values[index] : nil }

        /// Whether nothing was counted less than before.
        func isGrown(from before: Self) -> Bool { (0..<4).allSatisfy { self[$0] ?? .max >= before[$0] ?? 0 } }
    }

    /// Completes a record, and says whose it is.
    ///
    /// - Parameters:
    ///   - origin: the exporter, as the import numbers them.
    ///   - isStored: false for records that an earlier run has stored; they get no connection.
    ///   - next: gives a number to a new connection.
    public mutating func interval(
        of flow: MappedFlow, origin: Int, isStored: Bool = true, next: () -> Int64
    ) -> FlowInterval? {
        var record = flow.record
        let totals = Totals(record)
        let fingerprint = record.fingerprint(of: Self.connectionFields)
        let end = record[time: .flowEndMilliseconds]
        let key = key(of: flow, origin: origin)
        let known = key.flatMap { young.states[$0] ?? old.states[$0] }
        let before = key.flatMap { young.totals[$0] ?? old.totals[$0] } ?? Totals()
        let isContinued = flow.connection != nil || known.map { Self.continues($0, before, end: end, totals: totals) } ?? false
        let previous = isContinued ? known : nil
        if flow.connection == nil { Self.computeGrowth(of: &record, since: previous == nil ? Totals() : before) }
        var state = State(connection: previous?.connection ?? 0, end: end, fingerprint: fingerprint)
        guard isStored else {
            if let key { remember(key, state, totals) }
            return nil
        }
        let isNew = state.connection == 0
        if isNew { state.connection = next() }
        if let key { remember(key, state, totals) }
        return FlowInterval(
            connection: state.connection, record: record, isConnectionChanged: isNew || previous?.fingerprint != fingerprint,
            previousEnd: isNew ? nil : previous?.end)
    }

    private static func continues(_ state: State, _ before: Totals, end: Timestamp?, totals: Totals) -> Bool {
        guard let end, let last = state.end, end >= last else { return false }
        return totals.isGrown(from: before)
    }

    private static func computeGrowth(of record: inout FlowRecord, since previous: Totals) {
        for (index, counter) in FlowCounter.allCases.enumerated() where !record.isKnown(counter.delta(.common)) {
            guard let total = record[unsigned: counter.total(.common)] else { continue }
            let before = previous[index] ?? 0
            record[unsigned: counter.delta(.common)] = total >= before ? total - before : total
        }
    }

    /// Nil where nothing tells which other records could be of the same connection.
    private func key(of flow: MappedFlow, origin: Int) -> Key? {
        let record = flow.record
        if let connection = flow.connection {
            return Key { hasher in
                hasher.combine(origin)
                hasher.combine(connection)
            }
        }
        guard let start = record[time: .flowStartMilliseconds] else { return nil }
        return Key { hasher in
            hasher.combine(origin)
            hasher.combine(start)
            hasher.combine(record[address: .sourceIPAddress])
            hasher.combine(record[address: .destinationIPAddress])
            hasher.combine(record[unsigned: .sourceTransportPort] ?? 0)
            hasher.combine(record[unsigned: .destinationTransportPort] ?? 0)
            hasher.combine(record[unsigned: .protocolIdentifier])
            hasher.combine(record[unsigned: .icmpTypeCode])
        }
    }

    private mutating func remember(_ key: Key, _ state: State, _ totals: Totals) {
        if young.states.count >= capacity / 2, young.states[key] == nil {
            old = young
            young = Generation()
        }
        young.states[key] = state
        if totals.known != 0 { young.totals[key] = totals }
    }

    private static let connectionFields = FlowFieldSet(
        FlowSchema.fields.filter { $0.storage == .connection || $0.storage == .conversation }.map(\.field))
}
