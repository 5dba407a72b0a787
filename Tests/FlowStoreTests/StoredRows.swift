// SPDX-License-Identifier: Apache-2.0

import GRDB

@testable import FlowStore

/// What a statement answers on a store, as text; nil for NULL.
func storedRows(_ sql: String, of path: String) throws -> [[String?]] {
    try FlowStore.openForReading(path: path).queue.read { database in
        try Row.fetchAll(database, sql: sql).map { row in
            row.databaseValues.map { String.fromDatabaseValue($0) ?? Int64.fromDatabaseValue($0).map { "\($0)" } }
        }
    }
}
