// SPDX-License-Identifier: Apache-2.0

/// Why a Collecting Process did not start. Nothing is left open.
public enum CollectingError: Error, Hashable {
    /// Every endpoint that could not be opened.
    case cannotListen([ListenFailure])
}

/// One endpoint with the operating system's reason.
public struct ListenFailure: Sendable, Hashable {
    public let endpoint: Endpoint
    public let reason: String
}

extension CollectingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cannotListen(let failures):
            failures.map { "cannot listen on \($0.endpoint): \($0.reason)" }.joined(separator: "\n")
        }
    }
}
