// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// Groups the intervals of a range in one pass, by hash: SQLite's GROUP BY sorts, which costs most of its time here.
///
/// Keys are ids of dictionaries or plain numbers; only the groups that are named get text. Memory grows with the range's connections
/// (about 40 octets each) and groups.
struct TopScan {
    /// Up to eight values of a row; those not used are 0.
    private typealias Key = SIMD8<Int64>
    /// Stands for NULL; as a value of a field it cannot be met, all are positive.
    private static let unknown = Int64.min

    private struct Membership: Hashable {
        let group: Int
        let connection: Int64
    }

    private let query: TopQuery
    private let definitions: [FlowFieldDefinition]
    private var groups: [Key: Int] = [:]
    private var keys: [Key] = []
    private var traffic: [Traffic] = []
    private var members: Set<Membership> = []
    private var connections: Set<Int64> = []
    /// Values of fields that are not numbers in the store.
    private var values: [ResultValue] = []
    private var valueNumbers: [ResultValue: Int64] = [:]
    private var halves = ObservedHalves()

    init(_ query: TopQuery) {
        precondition(query.fields.count <= TopQuery.maximumFields, "a key has at most eight fields")
        self.query = query
        definitions = query.fields.map(FlowSchema.definition(of:))
    }

    private static let counterColumns = [FlowCounter.octets, .reverseOctets, .packets, .reversePackets].map {
        FlowSchema.name(of: $0.delta(.common))
    }

    private var sql: String {
        let columns = ["connection", "observation"] + Self.counterColumns + definitions.map(StoreViews.stored)
        return """
            SELECT \(columns.joined(separator: ", "))
            FROM interval
            LEFT JOIN connection ON connection.id = interval.connection
            WHERE interval.id >= ? AND interval.id < ?
            """
    }

    mutating func run(on connection: Connection) throws(StoreError) -> TopResult {
        let statement = try Statement(connection, sql)
        statement.bind(query.range.identifiers.lowerBound, at: 1)
        statement.bind(query.range.identifiers.upperBound, at: 2)
        while try statement.step() { add(statement) }
        return try result(on: connection)
    }

    private mutating func add(_ row: Statement) {
        var key = Key()
        for (index, definition) in definitions.enumerated() { key[index] = number(in: row, at: Int32(6 + index), of: definition) }
        let group = groups[key] ?? newGroup(key)
        let connection = row.integer(at: 0) ?? 0

        var interval = Traffic()
        interval.octets = row.integer(at: 2).map { UInt64(clamping: $0) }
        interval.reverseOctets = row.integer(at: 3).map { UInt64(clamping: $0) }
        interval.packets = row.integer(at: 4).map { UInt64(clamping: $0) }
        interval.reversePackets = row.integer(at: 5).map { UInt64(clamping: $0) }
        interval.intervals = 1
        if interval.allOctets == nil, interval.allPackets == nil { interval.intervalsWithoutCounters = 1 }
        if members.insert(Membership(group: group, connection: connection)).inserted { interval.connections = 1 }
        if connections.insert(connection).inserted { halves.count(observation: row.integer(at: 1)) }
        traffic[group] = traffic[group] + interval
    }

    private mutating func newGroup(_ key: Key) -> Int {
        groups[key] = keys.count
        keys.append(key)
        traffic.append(Traffic())
        return keys.count - 1
    }

    private mutating func number(in row: Statement, at index: Int32, of definition: FlowFieldDefinition) -> Int64 {
        guard definition.kind == .uuid else { return row.integer(at: index) ?? Self.unknown }
        let value = row.value(at: index)
        if value == .null { return Self.unknown }
        if let number = valueNumbers[value] { return number }
        values.append(value)
        valueNumbers[value] = Int64(values.count - 1)
        return Int64(values.count - 1)
    }
}

extension TopScan {
    private func result(on connection: Connection) throws(StoreError) -> TopResult {
        var result = TopResult()
        result.halves = halves
        result.totals = traffic.reduce(Traffic(), +)
        // A connection may be in several groups, such as two of tcpState.
        result.totals.connections = connections.count

        let ranked = traffic.indices.sorted { precedes($0, $1) }
        let named = ranked.prefix(query.limit ?? .max)
        var texts = try KeyTexts(connection, definitions)
        for group in named {
            result.groups.append(TopResult.Group(key: try key(of: group, &texts), traffic: traffic[group]))
        }
        let others = ranked.dropFirst(named.count)
        if !others.isEmpty { result.others = others.reduce(Traffic()) { $0 + traffic[$1] } }
        result.otherGroupCount = others.count
        return result
    }

    private func key(of group: Int, _ texts: inout KeyTexts) throws(StoreError) -> [ResultValue] {
        var key: [ResultValue] = []
        for (index, definition) in definitions.enumerated() {
            let number = keys[group][index]
            if number == Self.unknown {
                key.append(.null)
            } else if definition.kind == .uuid {
                key.append(try texts.text(of: values[Int(number)], at: index))
            } else {
                key.append(try texts.text(of: .integer(number), at: index))
            }
        }
        return key
    }

    /// The order of ``TopResult/groups``.
    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let (left, right) = (measure(traffic[a]), measure(traffic[b]))
        return left == right ? a < b : (left ?? 0, left != nil ? 1 : 0) > (right ?? 0, right != nil ? 1 : 0)
    }

    private func measure(_ traffic: Traffic) -> UInt64? {
        switch query.order {
        case .octets: traffic.allOctets
        case .packets: traffic.allPackets
        case .connections: UInt64(traffic.connections)
        }
    }
}

/// Turns what the tables have of a field into what the views show.
private struct KeyTexts {
    private let statements: [Statement?]

    init(_ connection: Connection, _ definitions: [FlowFieldDefinition]) throws(StoreError) {
        var statements: [Statement?] = []
        for definition in definitions {
            guard definition.kind != .unsigned, definition.kind != .time else {
                statements.append(nil)
                continue
            }
            statements.append(try Statement(connection, "SELECT " + StoreViews.readable("?1", definition.kind)))
        }
        self.statements = statements
    }

    mutating func text(of value: ResultValue, at index: Int) throws(StoreError) -> ResultValue {
        guard let statement = statements[index] else { return value }
        switch value {
        case .integer(let row): statement.bind(row, at: 1)
        case .blob(let octets): try statement.bind(octets: octets, at: 1)
        default: return value
        }
        guard try statement.step() else { return .null }
        let text = statement.value(at: 0)
        statement.reset()
        return text
    }
}

extension FlowReader {
    public func top(_ query: TopQuery) throws(StoreError) -> TopResult {
        try read { connection throws(StoreError) in
            var scan = TopScan(query)
            return try scan.run(on: connection)
        }
    }
}
