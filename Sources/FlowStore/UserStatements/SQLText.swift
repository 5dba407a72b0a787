// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite

/// What can be said of SQL without running it.
public enum SQLText {
    /// Whether a text ends with the semicolon of a statement, by SQLite's own tokens: not one in a string, a comment or a trigger.
    public static func isComplete(_ text: String) -> Bool { unsafe sqlite3_complete(text) == 1 }
}

/// The views of a store, which are what people read.
public enum ViewCatalog {
    /// In the order in which docs/sql.md describes them.
    public static let names = StoreViews.all.map(\.name)
}
