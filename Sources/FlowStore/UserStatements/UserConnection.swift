// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite

/// A connection for statements that users wrote: reads, and nothing else, within limits.
///
/// A connection of its own beside GRDB's, because an authorizer of ours would replace the one GRDB needs. Unsafe calls here are right
/// because the handle is opened in `init` and closed in `deinit`, after all its statements have gone (`rows` keeps none), and because
/// `guardian` is owned by this object and unregistered by closing, so SQLite never calls back with a dead pointer.
@safe
public final class UserConnection {
    private let connection: Connection
    private let guardian: StatementGuardian

    public struct Limits: Sendable {
        public var rows: Int?
        /// Of all texts and blobs of the answer together.
        public var octets: Int
        public var time: Duration

        public init(rows: Int? = 10_000, octets: Int = 256 << 20, time: Duration = .seconds(60)) {
            self.rows = rows
            self.octets = octets
            self.time = time
        }
    }

    init(path: String) throws(StoreError) {
        guardian = StatementGuardian()
        var handle: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        // SQLite gives a handle even when it fails, unless there is no memory for one.
        guard let handle = unsafe handle else { throw .failed(code: code, message: "no memory") }
        connection = unsafe Connection(handle)
        guard code == SQLITE_OK else { throw connection.error(code: code).opening(path) }
        unsafe sqlite3_busy_timeout(handle, 5000)
        for (limit, value) in Self.limits { unsafe sqlite3_limit(handle, limit, value) }
        TopFunction.install(on: connection)
        // SQLite declares this table at its first use, which the guardian would take for a change of the schema.
        _ = try Statement(connection, "SELECT value FROM json_each('[]')")
        guardian.watch(connection)
    }

    deinit { unsafe sqlite3_close_v2(connection.handle) }

    private static let limits: [(Int32, Int32)] = [
        (SQLITE_LIMIT_LENGTH, 16 << 20), (SQLITE_LIMIT_SQL_LENGTH, 1 << 20), (SQLITE_LIMIT_ATTACHED, 0),
        (SQLITE_LIMIT_EXPR_DEPTH, 500), (SQLITE_LIMIT_COMPOUND_SELECT, 100), (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
        (SQLITE_LIMIT_WORKER_THREADS, 0),
    ]

    /// Runs one statement.
    ///
    /// - Parameter parameters: values by the names that stand behind a colon in the statement; those that are not given are NULL.
    /// - Returns: its rows, in its order; `isTruncated` when a limit of rows or octets cut them short.
    /// - Throws: ``StoreError/invalidSQL(message:)``, ``StoreError/notAllowed(what:)``, ``StoreError/notOneStatement(count:)``,
    ///   ``StoreError/timeLimit(_:)``, ``StoreError/interrupted``, ``StoreError/unknownParameter(name:known:)``, or what SQLite reports.
    public func rows(
        of sql: String, parameters: [String: ResultValue] = [:], limits: Limits = Limits()
    ) throws(StoreError) -> ResultTable {
        guardian.begin(timeLimit: limits.time)
        do throws(StoreError) {
            guard let (statement, isOnly) = try Statement.first(of: sql, on: connection) else { throw .notOneStatement(count: .none) }
            guard isOnly else { throw .notOneStatement(count: .several) }
            guard statement.isReadOnly else { throw .notAllowed(what: "a statement that writes") }
            try bind(parameters, to: statement)
            return try collect(statement, limits)
        } catch {
            throw guardian.explain(error)
        }
    }

    private func bind(_ parameters: [String: ResultValue], to statement: Statement) throws(StoreError) {
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            guard let index = statement.parameterIndex(of: ":" + name) else {
                throw .unknownParameter(name: name, known: statement.parameterNames)
            }
            try statement.bind(value, at: index)
        }
    }

    private func collect(_ statement: Statement, _ limits: Limits) throws(StoreError) -> ResultTable {
        let columns = 0..<statement.columnCount
        var table = ResultTable(columns: columns.map(statement.columnName(at:)))
        var octets = 0
        while try statement.step() {
            guard table.rows.count < limits.rows ?? .max, octets <= limits.octets else {
                table.isTruncated = true
                break
            }
            let row = columns.map(statement.value(at:))
            octets += row.reduce(0) { $0 + $1.lengthInOctets }
            table.rows.append(row)
        }
        return table
    }
}

extension ResultValue {
    fileprivate var lengthInOctets: Int {
        switch self {
        case .null, .integer, .real: 8
        case .text(let text): text.utf8.count
        case .blob(let octets): octets.count
        }
    }
}

extension FlowReader {
    /// A connection to the same store for a user's own statements.
    public func userConnection() throws(StoreError) -> UserConnection { try UserConnection(path: path) }
}
