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
    private var young: [Key: State] = [:]
    private var old: [Key: State] = [:]

    public init(capacity: Int = 1 << 18) {
        self.capacity = capacity
    }

    private enum Key: Hashable {
        case numbered(origin: Int, connection: UInt64)
        case tuple(
            origin: Int, source: IPAddress?, destination: IPAddress?, ports: UInt64, protocolIdentifier: UInt64, icmp: UInt64,
            start: Timestamp)
    }

    private struct State {
        var connection: Int64?
        var fingerprint: UInt32
        var end: Timestamp?
        var totals: Totals
    }

    /// In place, since there are many.
    private struct Totals {
        private var values = InlineArray<4, UInt64>(repeating: 0)
        private var known: UInt8 = 0

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
        let known = key.flatMap { young[$0] ?? old[$0] }
        let previous = known.flatMap { flow.connection != nil || Self.continues($0, end: end, totals: totals) ? $0 : nil }
        if flow.connection == nil { Self.computeGrowth(of: &record, since: previous) }
        var state = State(connection: previous?.connection, fingerprint: fingerprint, end: end, totals: totals)
        guard isStored else {
            if let key { remember(key, state) }
            return nil
        }
        let isNew = state.connection == nil
        let connection = state.connection ?? next()
        state.connection = connection
        if let key { remember(key, state) }
        return FlowInterval(
            connection: connection, record: record, isConnectionChanged: isNew || previous?.fingerprint != fingerprint,
            previousEnd: isNew ? nil : previous?.end)
    }

    private static func continues(_ state: State, end: Timestamp?, totals: Totals) -> Bool {
        guard let end, let before = state.end, end >= before else { return false }
        return totals.isGrown(from: state.totals)
    }

    private static func computeGrowth(of record: inout FlowRecord, since previous: State?) {
        for (index, counter) in FlowCounter.allCases.enumerated() where !record.isKnown(counter.delta(.common)) {
            guard let total = record[unsigned: counter.total(.common)] else { continue }
            let before = previous?.totals[index] ?? 0
            record[unsigned: counter.delta(.common)] = total >= before ? total - before : total
        }
    }

    /// Nil where nothing tells which other records could be of the same connection.
    private func key(of flow: MappedFlow, origin: Int) -> Key? {
        let record = flow.record
        if let connection = flow.connection { return .numbered(origin: origin, connection: connection) }
        guard let start = record[time: .flowStartMilliseconds] else { return nil }
        let ports = (record[unsigned: .sourceTransportPort] ?? 0) << 16 | (record[unsigned: .destinationTransportPort] ?? 0) & 0xFFFF
        return .tuple(
            origin: origin, source: record[address: .sourceIPAddress], destination: record[address: .destinationIPAddress], ports: ports,
            protocolIdentifier: record[unsigned: .protocolIdentifier] ?? 256, icmp: record[unsigned: .icmpTypeCode] ?? 1 << 16, start: start
        )
    }

    private mutating func remember(_ key: Key, _ state: State) {
        if young.count >= capacity / 2, young[key] == nil {
            old = young
            young = [:]
        }
        young[key] = state
    }

    private static let connectionFields = FlowFieldSet(
        FlowSchema.fields.filter { $0.storage == .connection || $0.storage == .conversation }.map(\.field))
}
