// SPDX-License-Identifier: Apache-2.0

import GRDBSQLite
import Testing

/// Holds the right to write to a store, as a careless tool of an administrator would.
///
/// The unsafe calls pass a connection that only this value has, between opening and closing it.
@safe final class StoreLock {
    private var connection: OpaquePointer?

    init(_ path: String) throws {
        let opened = unsafe sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE, nil)
        try #require(opened == SQLITE_OK)
        // The program that writes may be at it just now.
        unsafe sqlite3_busy_timeout(connection, 5000)
        let begun = unsafe sqlite3_exec(connection, "BEGIN IMMEDIATE", nil, nil, nil)
        try #require(begun == SQLITE_OK)
    }

    func release() {
        unsafe sqlite3_exec(connection, "ROLLBACK", nil, nil, nil)
        unsafe sqlite3_close(connection)
        unsafe connection = nil
    }

    deinit { if unsafe connection != nil { release() } }
}
