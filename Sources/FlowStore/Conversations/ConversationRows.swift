// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// The rows of `conversation` used lately, by what records say. At `capacity` it starts anew, which costs a lookup for each still in use.
struct ConversationRows {
    private struct Known {
        let row: Int64
        var lastSeen: LastSeen
    }

    private static let fields = FlowFieldSet(StoreLayout.conversationColumns.map(\.field))

    private let capacity: Int
    private let seed = UInt64.random(in: .min ... .max)
    private let find: Statement
    private let insert: Statement
    private let select: Statement
    private let touch: Statement
    private var rows = PairTable<Known>()

    init(_ connection: Connection, capacity: Int = 1 << 18) throws(StoreError) {
        self.capacity = capacity
        find = try Statement(connection, StoreLayout.findConversation)
        insert = try Statement(connection, StoreLayout.insertConversation)
        select = try Statement(connection, StoreLayout.selectConversation)
        touch = try Statement(connection, "UPDATE conversation SET lastSeen = max(lastSeen, ?) WHERE id = ?")
    }

    /// Stands for what an interval says of its conversation.
    func identity(_ intervals: Span<FlowInterval>, _ index: Int) -> RecordIdentity {
        intervals.identity(of: Self.fields, seed: seed, at: index)
    }

    /// The row of what a record says; nil if it is not at hand, or was last used on an earlier day.
    func row(of identity: RecordIdentity, seen: LastSeen) -> Int64? {
        guard let known = rows[Self.key(identity)], known.lastSeen >= seen else { return nil }
        return known.row
    }

    /// The row of what a record says, made if there is none.
    mutating func row(of facts: ConversationFacts, _ identity: RecordIdentity, seen: LastSeen) throws(StoreError) -> Int64 {
        let row = try self.row(of: facts, seen: seen)
        if rows.count >= capacity { rows.removeAll() }
        rows.set(Known(row: row, lastSeen: seen), for: Self.key(identity))
        return row
    }

    /// The row of what one says, and where it says nothing another.
    mutating func row(merging row: Int64, over before: Int64, seen: LastSeen, using statements: WriterStatements) throws(StoreError)
        -> Int64
    {
        guard row != before, let facts = try self.facts(of: row), let earlier = try self.facts(of: before) else { return row }
        let merged = facts.merged(over: earlier)
        for (column, value) in zip(StoreLayout.conversationColumns, merged.values) where column.kind == .name {
            if let name = value.integer { try statements.touch(name: name, seen) }
        }
        return try self.row(of: merged, seen: seen)
    }

    /// After a transaction that failed, or rows that were removed from the table.
    mutating func forgetAll() {
        rows.removeAll()
    }

    private static func key(_ identity: RecordIdentity) -> PairTable<Known>.Key {
        PairTable.Key(first: identity.first, second: identity.second)
    }

    private func row(of facts: ConversationFacts, seen: LastSeen) throws(StoreError) -> Int64 {
        find.clear()
        find.bind(facts.fingerprint, at: 1)
        try facts.bind(to: find, from: 2)
        if try find.step(), let row = find.integer(at: 0) {
            let lastSeen = LastSeen(day: find.integer(at: 1) ?? 0)
            find.reset()
            if lastSeen < seen { try touch(row, seen) }
            return row
        }
        insert.clear()
        insert.bind(facts.fingerprint, at: 1)
        insert.bind(seen.day, at: 2)
        try facts.bind(to: insert, from: 3)
        return try insert.insertedRow()
    }

    private func facts(of row: Int64) throws(StoreError) -> ConversationFacts? {
        select.bind(row, at: 1)
        guard try select.step() else { return nil }
        defer { select.reset() }
        return ConversationFacts(values: (0..<Int32(StoreLayout.conversationColumns.count)).map(select.value(at:)))
    }

    private func touch(_ row: Int64, _ seen: LastSeen) throws(StoreError) {
        touch.bind(seen.day, at: 1)
        touch.bind(row, at: 2)
        try touch.run()
    }
}

/// The columns of a conversation as they are stored, in their order.
struct ConversationFacts {
    var values: [ResultValue]

    /// A number by which the row is found, the same in every run; rows that share one are told apart by their values.
    var fingerprint: Int64 {
        var state: UInt64 = 0x243F_6A88_85A3_08D3
        func fold(_ word: UInt64) {
            let product = (state ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            state = product.high ^ product.low &+ 0x1319_8A2E_0370_7344
        }
        for (index, value) in values.enumerated() {
            switch value {
            case .integer(let integer):
                fold(UInt64(index + 1))
                fold(UInt64(bitPattern: integer))
            case .blob(let octets):
                fold(UInt64(index + 1))
                for octet in octets { fold(UInt64(octet)) }
            default: break
            }
        }
        return Int64(bitPattern: state)
    }

    func merged(over earlier: ConversationFacts) -> ConversationFacts {
        ConversationFacts(values: zip(values, earlier.values).map { $0 == .null ? $1 : $0 })
    }

    func bind(to statement: Statement, from first: Int32) throws(StoreError) {
        for (offset, value) in values.enumerated() {
            switch value {
            case .integer(let integer): statement.bind(integer, at: first + Int32(offset))
            case .blob(let octets): try statement.bind(octets: octets, at: first + Int32(offset))
            default: break
            }
        }
    }
}
