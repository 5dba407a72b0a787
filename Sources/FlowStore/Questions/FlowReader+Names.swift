// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX

extension FlowStore {
    /// Whether ``FlowReader/values(of:beginning:limit:)`` knows the values of a field.
    public static func isListed(_ field: FlowField) -> Bool {
        let definition = FlowSchema.definition(of: field)
        guard definition.kind == .name || definition.kind == .address else { return false }
        return definition.storage == .conversation || definition.storage == .connection
    }
}

extension FlowReader {
    /// Values that flows have, for whoever is typing one.
    ///
    /// - Parameters:
    ///   - fields: names and addresses; others have none.
    ///   - prefix: how the values begin.
    /// - Returns: at most `limit`, each once, in order; of names, those with the prefix anywhere in the store, and of addresses the same.
    public func values(of fields: [FlowField], beginning prefix: String, limit: Int) throws(StoreError) -> [String] {
        let parts = fields.map(FlowSchema.definition(of:)).compactMap { definition -> String? in
            let dictionary: String
            switch definition.kind {
            case .name: dictionary = "name"
            case .address: dictionary = "address"
            case .unsigned, .time, .uuid: return nil
            }
            let table: String
            switch definition.storage {
            case .conversation: table = "conversation"
            case .connection: table = "connection"
            case .interval, .derived: return nil
            }
            return """
                SELECT text FROM \(dictionary) WHERE id IN (SELECT \(definition.name) FROM \(table)) AND substr(text, 1, length(?1)) = ?1
                """
        }
        guard !parts.isEmpty else { return [] }
        let table = try rows(parts.joined(separator: "\nUNION\n") + "\nORDER BY text", [.text(prefix)], columns: ["text"], limit: limit)
        return table.rows.compactMap(\.first?.text)
    }
}
