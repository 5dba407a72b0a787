// SPDX-License-Identifier: Apache-2.0

internal import GRDB

extension FlowStore {
    /// Gives the room of what was removed back to the file system, in steps, and empties the log. No other program may be writing.
    ///
    /// - Parameter progress: is given pages that were given back and pages to give back. What it throws ends it; what was given back stays so.
    /// - Returns: how many octets smaller the file is.
    @discardableResult
    public static func compact(path: String, progress: (Int64, Int64) throws(StoreError) -> Void = { _, _ in }) throws(StoreError) -> Int64
    {
        // Opening for writing would make a store where there is none.
        _ = try openForReading(path: path)
        let writer = try openForWriting(path: path)
        return try writer.giveBack(progress)
    }
}

extension FlowWriter {
    private static let pagesOfAStep: Int64 = 2000

    fileprivate func giveBack(_ progress: (Int64, Int64) throws(StoreError) -> Void) throws(StoreError) -> Int64 {
        try perform { database throws(StoreError) in
            let connection = try Connection(database)
            func integer(_ sql: String) throws(StoreError) -> Int64 { try Statement(connection, sql).firstInteger() ?? 0 }
            let (before, free) = (try integer("PRAGMA page_count"), try integer("PRAGMA freelist_count"))
            var left = free
            while left > 0 {
                try Statement(connection, "PRAGMA incremental_vacuum(\(Self.pagesOfAStep))").run()
                let rest = try integer("PRAGMA freelist_count")
                guard rest < left else { break }
                left = rest
                try progress(free - left, free)
            }
            try Statement(connection, "PRAGMA wal_checkpoint(TRUNCATE)").run()
            return (before - (try integer("PRAGMA page_count"))) * (try integer("PRAGMA page_size"))
        }
    }
}
