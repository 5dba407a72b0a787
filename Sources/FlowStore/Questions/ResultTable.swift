// SPDX-License-Identifier: Apache-2.0

/// The answer to a question: named columns, and rows of values.
public struct ResultTable: Sendable, Hashable {
    public var columns: [String]
    /// Each as long as `columns`.
    public var rows: [[ResultValue]]
    /// Whether there were more rows than the limit let through.
    public var isTruncated: Bool

    public init(columns: [String], rows: [[ResultValue]] = [], isTruncated: Bool = false) {
        self.columns = columns
        self.rows = rows
        self.isTruncated = isTruncated
    }
}

/// A value as SQLite keeps it.
public enum ResultValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }
}
