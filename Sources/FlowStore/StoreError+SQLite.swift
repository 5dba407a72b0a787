// SPDX-License-Identifier: Apache-2.0

internal import GRDB

extension StoreError {
    /// - Parameter code: an extended result code of SQLite; its low octet is the primary one.
    init(code: Int32, message: String) {
        switch ResultCode(rawValue: code).primaryResultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        case .SQLITE_FULL: self = .full
        case .SQLITE_READONLY: self = .readOnly
        case .SQLITE_NOTADB: self = .damaged(message: Self.notADatabase)
        case .SQLITE_CORRUPT: self = .damaged(message: message)
        default: self = .failed(code: code, message: message)
        }
    }

    private static let notADatabase = "file is not a database"

    /// What GRDB or we threw inside a GRDB closure.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError:
            self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "no message")
        default: self = .failed(code: ResultCode.SQLITE_ERROR.rawValue, message: "\(error)")
        }
    }

    /// The same error as it is told of a file that is being opened.
    func opening(_ path: String) -> StoreError {
        switch self {
        case .damaged(Self.notADatabase): .notSQLite(path: path)
        case .failed(let code, let message) where code & 0xFF == ResultCode.SQLITE_CANTOPEN.rawValue:
            .cannotOpen(path: path, reason: message)
        case .readOnly: .cannotOpen(path: path, reason: "it is read-only")
        default: self
        }
    }
}
