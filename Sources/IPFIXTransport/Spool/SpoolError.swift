// SPDX-License-Identifier: Apache-2.0

/// Why a spool cannot be used, or something not be put in it.
public enum SpoolError: Error, Hashable {
    /// The directory cannot be made, opened or listed.
    case unusable(directory: String, reason: String)
    /// Another program has it.
    case inUse(directory: String)
    /// A segment cannot be written; nothing of what was to be written is in it.
    case notWritten(path: String, reason: String)
}

extension SpoolError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unusable(let directory, let reason): "the spool '\(directory)' cannot be used: \(reason)"
        case .inUse(let directory): "the spool '\(directory)' is in use by another program; give each exporter a directory of its own"
        case .notWritten(let path, let reason): "'\(path)' cannot be written: \(reason)"
        }
    }
}
