// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite
internal import Glibc

extension FlowReader {
    /// Copies the store as it is now to another file, while a writer goes on. The copy is whole or is not there.
    ///
    /// All of the copy is of one moment: the log of the original grows meanwhile.
    ///
    /// - Parameters:
    ///   - path: of the copy, which must not exist; it is readable by its owner only.
    ///   - progress: is given pages that were copied and pages in all. What it throws ends the copying.
    public func backUp(to path: String, progress: (Int64, Int64) throws(StoreError) -> Void = { _, _ in }) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: currentSystemError()) }
        close(descriptor)
        do {
            try copyPages(to: path, progress)
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] { unsafe unlink(path + suffix) }
            throw error
        }
    }

    // Unsafe calls here are right because both handles are closed, and the backup finished, before this returns, whatever happens.
    private func copyPages(to path: String, _ progress: (Int64, Int64) throws(StoreError) -> Void) throws(StoreError) {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        defer { unsafe sqlite3_close_v2(opened) }
        guard code == SQLITE_OK, let target = unsafe opened else { throw .cannotOpen(path: path, reason: "SQLite \(code)") }
        try read { connection throws(StoreError) in
            // The read transaction is open from here on: what the writer does next is not in the copy, and does not make it begin anew.
            _ = try Statement(connection, "SELECT count(*) FROM resolution").firstInteger()
            guard let backup = unsafe sqlite3_backup_init(target, "main", connection.handle, "main") else {
                throw unsafe Connection(target).error(code: sqlite3_errcode(target))
            }
            var result = SQLITE_OK
            do throws(StoreError) {
                while result == SQLITE_OK {
                    result = unsafe sqlite3_backup_step(backup, 1000)
                    let pages = unsafe Int64(sqlite3_backup_pagecount(backup))
                    try progress(pages - Int64(unsafe sqlite3_backup_remaining(backup)), pages)
                }
            } catch {
                unsafe sqlite3_backup_finish(backup)
                throw error
            }
            let end = unsafe sqlite3_backup_finish(backup)
            guard result == SQLITE_DONE, end == SQLITE_OK else {
                throw unsafe Connection(target).error(code: end == SQLITE_OK ? result : end)
            }
        }
    }
}
