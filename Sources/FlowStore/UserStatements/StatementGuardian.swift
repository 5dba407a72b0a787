// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite

/// Decides what a user's statement may do while SQLite prepares it, and stops it when its time is over.
///
/// SQLite calls back with a pointer to this object, on the thread that called SQLite. The pointer is unretained: whoever calls `watch`
/// keeps the guardian for as long as the connection.
final class StatementGuardian {
    private var denied: String?
    private var timeLimit: Duration = .zero
    private var deadline: ContinuousClock.Instant = .now
    private var isOverTime = false
    private var isInterrupted = false

    /// Instructions of SQLite's machine between two looks at the clock: some ten microseconds.
    private static let instructionsBetweenLooks: Int32 = 1000

    func watch(_ connection: Connection) {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_set_authorizer(
            connection.handle,
            { this, action, first, second, _, _ in
                guard let this = unsafe this else { return SQLITE_DENY }
                let guardian = unsafe Unmanaged<StatementGuardian>.fromOpaque(this).takeUnretainedValue()
                return guardian.isAllowed(action, unsafe text(first), unsafe text(second)) ? SQLITE_OK : SQLITE_DENY
            }, this)
        unsafe sqlite3_progress_handler(
            connection.handle, Self.instructionsBetweenLooks,
            { this in
                guard let this = unsafe this else { return 1 }
                return unsafe Unmanaged<StatementGuardian>.fromOpaque(this).takeUnretainedValue().mustStop() ? 1 : 0
            }, this)
    }

    func begin(timeLimit: Duration) {
        denied = nil
        isOverTime = false
        isInterrupted = false
        self.timeLimit = timeLimit
        deadline = .now + timeLimit
    }

    /// The error as the user should read it: SQLite knows neither our reasons nor that it is a user's statement.
    func explain(_ error: StoreError) -> StoreError {
        if isOverTime { return .timeLimit(timeLimit) }
        if isInterrupted { return .interrupted }
        switch error {
        case .notOneStatement, .unknownParameter: return error
        default: break
        }
        if let denied { return .notAllowed(what: denied) }
        if case .failed(let code, let message) = error, code & 0xFF == SQLITE_ERROR { return .invalidSQL(message: message) }
        return error
    }

    private func mustStop() -> Bool {
        if ContinuousClock.now >= deadline { isOverTime = true }
        if StatementInterruption.isRequested { isInterrupted = true }
        return isOverTime || isInterrupted
    }

    private func isAllowed(_ action: Int32, _ first: String, _ second: String) -> Bool {
        let isAllowed =
            switch action {
            case SQLITE_SELECT, SQLITE_RECURSIVE: true
            // Without a column it is a common table expression, or a table of which only the number of rows matters.
            case SQLITE_READ: Self.tables.contains(first) || second.isEmpty
            case SQLITE_FUNCTION: Self.functions.contains(second.lowercased())
            default: false
            }
        if !isAllowed, denied == nil { denied = Self.describe(action, first, second) }
        return isAllowed
    }

    private static func describe(_ action: Int32, _ first: String, _ second: String) -> String {
        switch action {
        case SQLITE_READ: "reading the table \(first)"
        case SQLITE_FUNCTION: "the function \(second)"
        case SQLITE_PRAGMA: "PRAGMA \(first)"
        case SQLITE_ATTACH, SQLITE_DETACH: "attaching another database"
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE: "changing the table \(first)"
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT: "a transaction"
        default: "a statement that changes the store"
        }
    }

    /// The views, the tables beneath them, and SQLite's own list of both.
    private static let tables =
        Set(StoreViews.all.map(\.name) + Resolution.rollups.map(\.table)).union([
            "name", "address", "connection", "interval", "exporter_minute", "rule", "rule_statistics", "port", "port_statistics",
            "exporter_counter", "exporter_statistic", "conversation", "interval_side", "rollup_gap",
            "rollup_period", "resolution", "import", "exporter_drop", "aggregator_run", "json_each", "sqlite_schema",
            "sqlite_master",
        ])

    /// SQLite's functions that compute a value from their arguments. Those that load code, look into the program, or allocate at will
    /// are left out.
    private static let functions = Set(
        """
        abs char coalesce concat format glob hex ifnull iif instr length like likelihood likely lower ltrim max min nullif printf quote
        random replace round rtrim sign substr substring trim typeof unhex unicode unlikely upper
        date time datetime julianday strftime unixepoch timediff current_date current_time current_timestamp
        avg count group_concat string_agg sum top total
        row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
        acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power radians sin sinh
        sqrt tan tanh trunc
        json json_array json_array_length json_extract json_object json_quote json_type json_valid json_group_array json_group_object -> ->>
        """.split { $0 == " " || $0 == "\n" }.map(String.init))
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String {
    guard let pointer = unsafe pointer else { return "" }
    return unsafe String(cString: pointer)
}
