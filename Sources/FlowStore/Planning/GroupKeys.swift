// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// The keys of rows, as numbers that stand for their values: ids of dictionaries, plain numbers, or places in a list of what is neither.
struct GroupKeys {
    typealias Key = SIMD8<Int64>

    /// In which groups a row counts: in that of its source or of the whole flow, in that of its destination, or in both.
    struct Ends {
        var source: Key?
        var destination: Key?
    }

    /// How a part of a key is read from the columns of a row; the first one's place.
    private enum Reading {
        case number(Int32)
        case octets(Int32)
        case block(Int32, v4: Int, v6: Int)
        /// The name's column, then the pod's.
        case workload(Int32)

        init(_ value: GroupValue, at column: Int32) {
            switch value {
            case .field(let field): self = FlowSchema.definition(of: field).kind == .uuid ? .octets(column) : .number(column)
            case .subnet(_, let v4, let v6): self = .block(column, v4: v4, v6: v6)
            case .workload: self = .workload(column)
            }
        }
    }

    /// Stands for NULL; as a value of a field it cannot be met, all are positive.
    private static let unknown = Int64.min

    let isTurned: Bool
    private let parts: [(value: GroupValue, reading: Reading, counterpart: Reading?)]
    private let texts: KeyTexts
    private let hasEnds: Bool
    private var values = ComputedValues()

    /// The column of the first of the key's fields in the rows that are read.
    static let firstField: Int32 = 2

    init(_ key: GroupKey, _ connection: Connection) throws(StoreError) {
        isTurned = key.isTurned
        hasEnds = key.isOfEitherEnd
        texts = try KeyTexts(connection)
        var column = Self.firstField
        func reading(_ value: GroupValue) -> Reading {
            defer { column += Int32(value.fields.count) }
            return Reading(value, at: column)
        }
        let readings = key.parts.map { reading($0.value) }
        let counterparts = key.parts.map { $0.counterpart.map(reading) }
        parts = key.parts.indices.map { (key.parts[$0].value, readings[$0], counterparts[$0]) }
    }

    mutating func ends(in row: Statement) throws(StoreError) -> Ends {
        var source = Key()
        for index in parts.indices { source[index] = try number(parts[index].reading, in: row) }
        guard hasEnds else { return Ends(source: source) }
        var destination = source
        var isKnown = (source: false, destination: false)
        for index in parts.indices {
            guard let counterpart = parts[index].counterpart else { continue }
            destination[index] = try number(counterpart, in: row)
            if source[index] != Self.unknown { isKnown.source = true }
            if destination[index] != Self.unknown { isKnown.destination = true }
        }
        if source == destination { return Ends(source: source) }
        return Ends(source: isKnown.source ? source : nil, destination: isKnown.destination ? destination : nil)
    }

    private mutating func number(_ reading: Reading, in row: Statement) throws(StoreError) -> Int64 {
        switch reading {
        case .number(let column): return row.integer(at: column) ?? Self.unknown
        case .octets(let column):
            let octets = row.value(at: column)
            return octets == .null ? Self.unknown : values.number(of: octets)
        case .block(let column, let v4, let v6):
            guard let id = row.integer(at: column) else { return Self.unknown }
            let kind = ComputedValues.Kind.block(v4: v4, v6: v6)
            return try values.number(kind, id) { () throws(StoreError) in
                try texts.text(ofAddress: id).flatMap { IPAddress($0) }?.block(v4: v4, v6: v6)
            } ?? Self.unknown
        case .workload(let column):
            if let id = row.integer(at: column) {
                return try values.number(.name, id) { () throws(StoreError) in try texts.text(ofName: id) } ?? Self.unknown
            }
            guard let id = row.integer(at: column + 1) else { return Self.unknown }
            return try values.number(.workloadOfPod, id) { () throws(StoreError) in
                try texts.text(ofName: id).map { WorkloadName.workload(ofPod: $0) }
            } ?? Self.unknown
        }
    }

    /// What the views show of a key.
    func values(of key: Key) throws(StoreError) -> [ResultValue] {
        var result: [ResultValue] = []
        for (index, part) in parts.enumerated() {
            result.append(key[index] == Self.unknown ? .null : try readable(key[index], as: part.value))
        }
        return result
    }

    private func readable(_ number: Int64, as value: GroupValue) throws(StoreError) -> ResultValue {
        guard case .field(let field) = value else { return values[number] }
        switch FlowSchema.definition(of: field).kind {
        case .unsigned, .time: return .integer(number)
        case .name: return try texts.text(ofName: number).map(ResultValue.text) ?? .null
        case .address: return try texts.text(ofAddress: number).map(ResultValue.text) ?? .null
        case .uuid:
            guard case .blob(let octets) = values[number] else { return .null }
            return try texts.text(ofUUID: octets)
        }
    }

    /// An order that does not depend on what was read first.
    func precedes(_ a: Key, _ b: Key) -> Bool {
        for (index, part) in parts.enumerated() where a[index] != b[index] {
            if case .number = part.reading { return a[index] < b[index] }
            guard a[index] != Self.unknown, b[index] != Self.unknown else { return a[index] < b[index] }
            return values.precedes(a[index], b[index])
        }
        return false
    }
}

/// Values of keys that are neither numbers nor ids of rows, by their places: UUIDs, blocks of addresses, names of workloads.
///
/// One for each value, and, so that none is computed twice, a number for each row of a dictionary that one was computed from.
struct ComputedValues {
    /// What a value was computed from.
    enum Kind: Hashable {
        case name, workloadOfPod
        case block(v4: Int, v6: Int)
    }

    private struct Origin: Hashable {
        let kind: Kind
        let row: Int64
    }

    private var values: [ResultValue] = []
    private var numbers: [ResultValue: Int64] = [:]
    private var computed: [Origin: Int64] = [:]

    subscript(number: Int64) -> ResultValue { values[Int(number)] }

    mutating func number(of value: ResultValue) -> Int64 {
        if let number = numbers[value] { return number }
        values.append(value)
        numbers[value] = Int64(values.count - 1)
        return Int64(values.count - 1)
    }

    /// Nil if nothing can be computed from the row.
    mutating func number(_ kind: Kind, _ row: Int64, text: () throws(StoreError) -> String?) throws(StoreError) -> Int64? {
        let origin = Origin(kind: kind, row: row)
        if let known = computed[origin] { return known }
        guard let text = try text() else { return nil }
        computed[origin] = number(of: .text(text))
        return computed[origin]
    }

    /// By octets.
    func precedes(_ a: Int64, _ b: Int64) -> Bool {
        switch (self[a], self[b]) {
        case (.blob(let left), .blob(let right)): left.lexicographicallyPrecedes(right)
        case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        default: a < b
        }
    }
}

extension IPAddress {
    /// The block that the address is in, of a length for each family: `10.1.2.0/24`.
    fileprivate func block(v4: Int, v6: Int) -> String {
        let length = family == .v4 ? v4 : v6
        return "\(masked(to: length))/\(length)"
    }

    /// The address with all bits after a prefix's length 0.
    private func masked(to length: Int) -> IPAddress {
        let bits = family == .v4 ? length + 96 : length
        let highBits = min(bits, 64), lowBits = max(bits - 64, 0)
        return IPAddress(
            high: high & (highBits == 0 ? 0 : .max << UInt64(64 - highBits)), low: low & (lowBits == 0 ? 0 : .max << UInt64(64 - lowBits)))
    }
}

/// Turns ids of dictionaries into what the views show.
struct KeyTexts {
    private let name: Statement
    private let address: Statement
    private let uuid: Statement

    init(_ connection: Connection) throws(StoreError) {
        name = try Statement(connection, "SELECT " + StoreViews.readable("?1", .name))
        address = try Statement(connection, "SELECT " + StoreViews.readable("?1", .address))
        uuid = try Statement(connection, "SELECT " + StoreViews.readable("?1", .uuid))
    }

    func text(ofName row: Int64) throws(StoreError) -> String? { try text(of: row, by: name) }

    func text(ofAddress row: Int64) throws(StoreError) -> String? { try text(of: row, by: address) }

    func text(ofUUID octets: [UInt8]) throws(StoreError) -> ResultValue {
        try uuid.bind(octets: octets, at: 1)
        defer { uuid.reset() }
        return try uuid.step() ? uuid.value(at: 0) : .null
    }

    private func text(of row: Int64, by statement: Statement) throws(StoreError) -> String? {
        statement.bind(row, at: 1)
        defer { statement.reset() }
        return try statement.step() ? statement.text(at: 0) : nil
    }
}
