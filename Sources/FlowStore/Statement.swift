// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite

/// A prepared statement of SQLite, bound and read without GRDB's conversions, which cost three to ten times the insert itself.
///
/// All calls to SQLite about statements are in this file. They are safe because
/// - the handle is made in `init`, never leaves, and is finalized once, in `deinit`; the owner keeps the connection open until then;
/// - values are bound as copies (`SQLITE_TRANSIENT`), so nothing of ours has to outlive the call;
/// - column pointers are read with the length SQLite gives, and copied before the next call on the statement.
@safe
final class Statement {
    private let connection: Connection
    private let handle: OpaquePointer

    /// - Parameter connection: an open connection of SQLite, used by one thread at a time.
    init(_ connection: Connection, _ sql: String) throws(StoreError) {
        var handle: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle = unsafe handle else { throw connection.error(code: code) }
        self.connection = connection
        unsafe self.handle = handle
    }

    /// The first statement of a text, and whether only space, comments and semicolons follow it; nil if there is none at all.
    static func first(of sql: String, on connection: Connection) throws(StoreError) -> (statement: Statement, isOnly: Bool)? {
        let text = sql.utf8CString
        var (code, following) = (SQLITE_OK, SQLITE_OK)
        var handles: (first: OpaquePointer?, following: OpaquePointer?)
        // Both prepare calls are in here because the rest of the text that the first one returns points into `text`.
        unsafe text.withUnsafeBufferPointer { octets in
            var rest = octets.baseAddress
            unsafe (code, handles.first) = next(&rest, on: connection)
            if unsafe handles.first != nil { unsafe (following, handles.following) = next(&rest, on: connection) }
        }
        guard code == SQLITE_OK else { throw connection.error(code: code) }
        guard let handle = unsafe handles.first else { return nil }
        let isOnly = unsafe following == SQLITE_OK && handles.following == nil
        unsafe sqlite3_finalize(handles.following)
        return (unsafe Statement(adopting: handle, of: connection), isOnly)
    }

    /// Prepares the next statement, past empty ones, and moves `rest` behind it. Each turn moves `rest`, so this ends with the text.
    private static func next(_ rest: inout UnsafePointer<CChar>?, on connection: Connection) -> (code: Int32, handle: OpaquePointer?) {
        while let text = unsafe rest, unsafe text.pointee != 0 {
            var handle: OpaquePointer?
            let code = unsafe sqlite3_prepare_v2(connection.handle, text, -1, &handle, &rest)
            if unsafe code != SQLITE_OK || handle != nil { return unsafe (code, handle) }
        }
        return (SQLITE_OK, nil)
    }

    private init(adopting handle: OpaquePointer, of connection: Connection) {
        self.connection = connection
        unsafe self.handle = handle
    }

    deinit { unsafe sqlite3_finalize(handle) }
}

/// Parameters count from 1. Binding fails only for a parameter that does not exist, which is a mistake of ours.
extension Statement {
    /// Makes every parameter NULL.
    func clear() {
        unsafe sqlite3_clear_bindings(handle)
    }

    func bind(_ value: Int64, at index: Int32) {
        let code = unsafe sqlite3_bind_int64(handle, index, value)
        precondition(code == SQLITE_OK, "there is no such parameter")
    }

    func bind(_ value: Int64?, at index: Int32) {
        if let value { bind(value, at: index) } else { bindNull(at: index) }
    }

    func bindNull(at index: Int32) {
        let code = unsafe sqlite3_bind_null(handle, index)
        precondition(code == SQLITE_OK, "there is no such parameter")
    }

    func bind(_ text: String, at index: Int32) throws(StoreError) {
        var text = text
        let code = text.withUTF8 { octets in
            unsafe octets.withMemoryRebound(to: CChar.self) {
                unsafe sqlite3_bind_text(handle, index, $0.baseAddress, Int32(clamping: $0.count), Self.transient)
            }
        }
        try check(code)
    }

    func bind(octets: [UInt8], at index: Int32) throws(StoreError) {
        try check(
            unsafe octets.withUnsafeBytes {
                unsafe sqlite3_bind_blob(handle, index, $0.baseAddress, Int32(clamping: $0.count), Self.transient)
            })
    }

    func bind(_ value: ResultValue, at index: Int32) throws(StoreError) {
        switch value {
        case .null: try check(unsafe sqlite3_bind_null(handle, index))
        case .integer(let value): bind(value, at: index)
        case .real(let value): try check(unsafe sqlite3_bind_double(handle, index, value))
        case .text(let text): try bind(text, at: index)
        case .blob(let octets): try bind(octets: octets, at: index)
        }
    }

    /// Sixteen octets, most significant first.
    func bind(uuid: (high: UInt64, low: UInt64), at index: Int32) throws(StoreError) {
        let words = (uuid.high.bigEndian, uuid.low.bigEndian)
        try check(unsafe withUnsafeBytes(of: words) { unsafe sqlite3_bind_blob(handle, index, $0.baseAddress, 16, Self.transient) })
    }

    /// Nil when there is no parameter of this name, which begins with a colon.
    func parameterIndex(of name: String) -> Int32? {
        let index = unsafe sqlite3_bind_parameter_index(handle, name)
        return index > 0 ? index : nil
    }

    var parameterNames: [String] {
        let count = unsafe sqlite3_bind_parameter_count(handle)
        return (0..<count).compactMap { unsafe sqlite3_bind_parameter_name(handle, $0 + 1).map { unsafe String(cString: $0) } }
    }

    /// `SQLITE_TRANSIENT`: a macro that Swift does not import.
    private static var transient: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

extension Statement {
    /// Whether there is a row to read. At the end, and on an error, the statement is ready to be bound and run again.
    func step() throws(StoreError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        let error: StoreError? = code == SQLITE_DONE ? nil : connection.error(code: code)
        unsafe sqlite3_reset(handle)
        if let error { throw error }
        return false
    }

    /// Runs to the end.
    func run() throws(StoreError) {
        while try step() {}
    }

    /// Runs an `INSERT` of one row; its id. Not `RETURNING`, for which SQLite makes a table of its own each time.
    func insertedRow() throws(StoreError) -> Int64 {
        try run()
        return connection.lastInsertedRow
    }

    /// The first column of the first row; nil if there is none or it is NULL.
    func firstInteger() throws(StoreError) -> Int64? {
        guard try step() else { return nil }
        let value = integer(at: 0)
        reset()
        return value
    }

    func reset() {
        unsafe sqlite3_reset(handle)
    }

    private func check(_ code: Int32) throws(StoreError) {
        guard code == SQLITE_OK else { throw connection.error(code: code) }
    }
}

/// Columns count from 0, and are read only while `step` has said that there is a row.
extension Statement {
    var columnCount: Int32 { unsafe sqlite3_column_count(handle) }

    /// SQLite's own judgement that the statement changes nothing.
    var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(handle) != 0 }

    func columnName(at index: Int32) -> String {
        guard let name = unsafe sqlite3_column_name(handle, index) else { return "" }
        return unsafe String(cString: name)
    }

    func integer(at index: Int32) -> Int64? {
        // NULL reads as 0; most values are neither, and then need one call.
        let value = unsafe sqlite3_column_int64(handle, index)
        return unsafe value == 0 && sqlite3_column_type(handle, index) == SQLITE_NULL ? nil : value
    }

    func text(at index: Int32) -> String? {
        guard let octets = unsafe sqlite3_column_text(handle, index) else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: octets, count: Int(sqlite3_column_bytes(handle, index))), as: UTF8.self)
    }

    func value(at index: Int32) -> ResultValue {
        switch unsafe sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: .integer(unsafe sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(handle, index))
        case SQLITE_TEXT: .text(text(at: index) ?? "")
        case SQLITE_BLOB: .blob(blob(at: index))
        default: .null
        }
    }

    /// Of a value that is no blob none.
    func octets(at index: Int32) -> [UInt8] {
        guard case .blob(let octets) = value(at: index) else { return [] }
        return octets
    }

    private func blob(at index: Int32) -> [UInt8] {
        guard let octets = unsafe sqlite3_column_blob(handle, index) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: octets, count: Int(sqlite3_column_bytes(handle, index))))
    }
}
