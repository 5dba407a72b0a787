// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// Up to eight values of fields, as numbers that stand for them: ids of dictionaries, plain numbers, or places in a list of what is neither.
struct GroupKeys {
    typealias Key = SIMD8<Int64>
    /// Stands for NULL; as a value of a field it cannot be met, all are positive.
    private static let unknown = Int64.min

    let definitions: [FlowFieldDefinition]
    private var values: [ResultValue] = []
    private var valueNumbers: [ResultValue: Int64] = [:]

    init(_ fields: [FlowField]) {
        precondition(fields.count <= TopQuery.maximumFields, "a key has at most eight fields")
        definitions = fields.map(FlowSchema.definition(of:))
    }

    /// - Parameter first: the column of the first field.
    mutating func key(in row: Statement, from first: Int32) -> Key {
        var key = Key()
        for (index, definition) in definitions.enumerated() { key[index] = number(in: row, at: first + Int32(index), of: definition) }
        return key
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

    /// What the views show of a key.
    func texts(of key: Key, _ texts: KeyTexts) throws(StoreError) -> [ResultValue] {
        var result: [ResultValue] = []
        for (index, definition) in definitions.enumerated() {
            let number = key[index]
            if number == Self.unknown {
                result.append(.null)
            } else {
                result.append(try texts.text(of: definition.kind == .uuid ? values[Int(number)] : .integer(number), at: index))
            }
        }
        return result
    }

    /// An order that does not depend on what was read first.
    func precedes(_ a: Key, _ b: Key) -> Bool {
        for (index, definition) in definitions.enumerated() where a[index] != b[index] {
            guard definition.kind == .uuid, a[index] != Self.unknown, b[index] != Self.unknown,
                case (.blob(let left), .blob(let right)) = (values[Int(a[index])], values[Int(b[index])])
            else { return a[index] < b[index] }
            return left.lexicographicallyPrecedes(right)
        }
        return false
    }
}

/// Turns what the tables have of fields into what the views show.
struct KeyTexts {
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

    func text(of value: ResultValue, at index: Int) throws(StoreError) -> ResultValue {
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
