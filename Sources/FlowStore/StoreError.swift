// SPDX-License-Identifier: Apache-2.0

/// Why the store could not do what was asked, in words for whoever has to act.
public enum StoreError: Error, Hashable, Sendable {
    /// There is no file to read.
    case doesNotExist(path: String)
    /// The file, its folder or a file beside it cannot be opened or made.
    case cannotOpen(path: String, reason: String)
    /// The file is not SQLite's.
    case notSQLite(path: String)
    /// The file is SQLite's, but holds something other than flows.
    case notAStore(path: String)
    /// A newer program has changed the store in ways that this one does not know.
    case newerStore(path: String, migrations: [String])
    /// The store was not yet brought up to date by a writer of this version.
    case olderStore(path: String)
    /// Bringing the store up to date was ended from outside. It is as it was.
    case migrationStopped(path: String)
    /// Another program has the store open for writing.
    case anotherWriter(path: String)
    /// Somebody held the database's lock for longer than the busy timeout. Nothing was written; try again.
    case busy
    /// No room. Nothing was written; try again when there is some.
    case full
    case readOnly
    /// The file is damaged.
    case damaged(message: String)
    /// Whatever else SQLite reports, with its extended result code.
    case failed(code: Int32, message: String)

    /// A statement of a user with an error in it.
    case invalidSQL(message: String)
    /// A statement of a user that would do more than read flows.
    case notAllowed(what: String)
    /// No statement, or more than one.
    case notOneStatement(count: StatementCount)
    case timeLimit(Duration)
    /// Somebody at the terminal stopped the statement.
    case interrupted
    /// A value was given for a parameter that the statement has not; `known` are those that it has.
    case unknownParameter(name: String, known: [String])

    public enum StatementCount: Sendable, Hashable { case none, several }

    /// Whether the same call may succeed later without anybody changing the program or the file.
    public var isRetrySensible: Bool {
        switch self {
        case .busy, .full, .anotherWriter, .timeLimit: true
        // Input and output errors come and go with the disk below: SQLITE_IOERR is 10, SQLITE_NOMEM 7.
        case .failed(let code, _): code & 0xFF == 10 || code & 0xFF == 7
        default: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .doesNotExist(let path):
            "There is no flow store at \(path). Name another with --store or WEIR_STORE, or let weir-aggregator write one first."
        case .cannotOpen(let path, let reason):
            "The flow store \(path) cannot be opened: \(reason). Check that its folder exists and that you may write there."
        case .notSQLite(let path):
            "\(path) is not a flow store: it is not an SQLite database. It was left as it is; name another file."
        case .notAStore(let path):
            "\(path) is an SQLite database, but not a flow store. It was left as it is; name another file."
        case .newerStore(let path, let migrations):
            "The flow store \(path) was made by a newer version (unknown here: \(migrations.joined(separator: ", "))). "
                + "Use that version or a later one; the file was left as it is."
        case .olderStore(let path):
            "The flow store \(path) was made by an older version. Start this version's weir-aggregator on it once to bring it up to date."
        case .migrationStopped(let path):
            "Bringing the flow store \(path) up to date was stopped. Its flows are as they were; the next start begins again with them."
        case .anotherWriter(let path):
            "Another program is writing to the flow store \(path). Stop it first: a store has one writer."
        case .busy:
            "The flow store is locked by another program. Nothing was written; try again, or end the program that holds the lock."
        case .full:
            "There is no room for the flow store. Nothing was written; free some space on its disk, then it goes on by itself."
        case .readOnly:
            "The flow store or its folder is read-only. Check permissions and how its disk is mounted."
        case .damaged(let message):
            "The flow store is damaged (\(message)). Nothing more is written to it. Keep a copy, and go on with a backup, or with a new "
                + "file and what can be read of this one: weir export --store FILE | weir import - --store NEW"
        case .failed(let code, let message):
            "The flow store failed: \(message) (SQLite \(code))."
        case .invalidSQL(let message):
            "The statement is not understood: \(message)."
        case .notAllowed(let what):
            "Not allowed here: \(what). A statement may only read; see docs/sql.md for the views."
        case .notOneStatement(.none):
            "There is no statement."
        case .notOneStatement(.several):
            "There is more than one statement. Give one at a time."
        case .interrupted:
            "The statement was stopped."
        case .unknownParameter(let name, let known):
            "The statement has no parameter :\(name). "
                + (known.isEmpty ? "It has none at all." : "It has \(known.joined(separator: ", ")).")
        case .timeLimit(let limit):
            "The statement was stopped after \(limit). Ask for a shorter time range (WHERE id >= …), or allow more time."
        }
    }
}
