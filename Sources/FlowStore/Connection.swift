// SPDX-License-Identifier: Apache-2.0

internal import GRDB
internal import GRDBSQLite

/// SQLite's connection, without GRDB around it.
///
/// It holds a pointer and yet is safe to hand around inside this module, because it never outlives the connection: what GRDB lends is
/// used inside the closure it was lent to, or by the owner of GRDB's queue, and a connection of our own by the object that closes it.
@safe
struct Connection {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// The connection that GRDB lends.
    init(_ database: Database) throws(StoreError) {
        guard let handle = unsafe database.sqliteConnection else { throw .failed(code: SQLITE_MISUSE, message: "the connection is closed") }
        unsafe self.handle = handle
    }

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    var changes: Int64 { unsafe sqlite3_changes64(handle) }

    /// The id of the row that was inserted last.
    var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    /// What SQLite says of its last failed call on this connection.
    func error(code: Int32) -> StoreError {
        StoreError(code: code, message: unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) } ?? "no message")
    }
}
