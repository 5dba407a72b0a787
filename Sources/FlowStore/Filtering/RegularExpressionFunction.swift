// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import GRDB
internal import Synchronization

/// SQLite's operator `text REGEXP pattern`, which it has the grammar for but no function, by ``RegularExpression``.
final class RegularExpressionFunction: Sendable {
    /// The pattern of the last call: a statement has one, and asks for it with every row.
    private let last = Mutex<RegularExpression?>(nil)

    static func install(in database: Database) {
        let function = RegularExpressionFunction()
        database.add(
            function: DatabaseFunction("regexp", argumentCount: 2, pure: true) { arguments in
                guard let pattern = String.fromDatabaseValue(arguments[0]), let text = String.fromDatabaseValue(arguments[1]) else {
                    return nil
                }
                return try function.expression(pattern).matches(text)
            })
    }

    private func expression(_ pattern: String) throws -> RegularExpression {
        try last.withLock { last in
            if let last, last.pattern.utf8.elementsEqual(pattern.utf8) { return last }
            do {
                let expression = try RegularExpression(pattern)
                last = expression
                return expression
            } catch {
                throw DatabaseError(resultCode: .SQLITE_ERROR, message: "the pattern \(pattern) is not understood: \(error)")
            }
        }
    }
}
