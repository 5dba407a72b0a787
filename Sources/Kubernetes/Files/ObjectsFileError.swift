// SPDX-License-Identifier: Apache-2.0

/// Why a file of Kubernetes objects could not be used. The text names the file, the line and what to do.
public enum ObjectsFileError: Error, Hashable {
    case unreadable(path: String, reason: String)
    case tooLarge(path: String, octets: Int, limit: Int)
    case malformed(path: String, line: Int?, reason: String)
    case noObjects(path: String)
}

extension ObjectsFileError {
    /// The bare cause, for a file that is not one of objects.
    var cause: String {
        switch self {
        case .unreadable(_, let reason), .malformed(_, _, let reason): reason
        case .tooLarge(_, let octets, let limit): "it has \(octets) octets, more than \(limit)"
        case .noObjects: "it is empty"
        }
    }
}

extension ObjectsFileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "cannot read \(path): \(reason)"
        case .tooLarge(let path, let octets, let limit):
            "\(path) has \(octets) octets, more than \(limit); list fewer kinds: kubectl get nodes,pods,services -A -o json"
        case .malformed(let path, let line, let reason):
            "\(path)\(line.map { ":\($0)" } ?? ""): \(reason); write it with: kubectl get nodes,pods,services -A -o json"
        case .noObjects(let path):
            "\(path) holds no Kubernetes objects; write it with: kubectl get nodes,pods,services -A -o json"
        }
    }
}
