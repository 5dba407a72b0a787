// SPDX-License-Identifier: Apache-2.0

/// Why a program cannot prove who it is.
public enum CredentialError: Error, Hashable {
    case unreadable(String, String)
    /// Others than the owner of the file, and a group that only reads, can have the key.
    case exposedKey(String, mode: UInt32)
    /// OpenSSL's words for what is wrong with the three files together.
    case unusable(CredentialFiles, String)
}

extension CredentialError: CustomStringConvertible {
    public var description: String { "\(problem); \(remedy)" }

    /// What is wrong.
    public var problem: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .exposedKey(let path, let mode): "\(path): mode 0\(String(mode, radix: 8)) lets others have the key"
        case .unusable(let files, let reason): "\(files.certificate), \(files.key), \(files.authorities): \(reason)"
        }
    }

    /// What to do.
    public var remedy: String {
        switch self {
        case .unreadable: "name a PEM file; weir certs makes them"
        case .exposedKey(let path, _): "run: chmod 600 \(path) (in a volume of Kubernetes, defaultMode: 0440)"
        case .unusable(let files, _): "look with: weir certs show \(files.certificate) \(files.authorities)"
        }
    }
}
