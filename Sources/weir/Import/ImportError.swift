// SPDX-License-Identifier: Apache-2.0

/// Why a file is not imported.
enum ImportError: Error, CustomStringConvertible {
    case notImportable(file: String, reason: String)

    var description: String {
        switch self {
        case .notImportable(let file, let reason): "\(TerminalText.safe(file)) cannot be imported: \(reason)"
        }
    }
}
