// SPDX-License-Identifier: Apache-2.0

/// Why it is not known how to reach an API server. Every problem, and what to do about it.
public struct APIServerError: Error, Hashable, CustomStringConvertible {
    /// The file, or what stands for it.
    public let origin: String
    /// At least one.
    public let problems: [String]

    init(_ origin: String, _ problems: [String]) {
        self.origin = origin
        self.problems = problems
    }

    public var description: String { problems.map { "\(origin): \($0)" }.joined(separator: "\n") }
}
