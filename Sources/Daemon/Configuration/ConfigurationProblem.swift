// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with a configuration file, and what to write instead.
public struct ConfigurationProblem: Sendable, Hashable {
    public let file: String
    /// From 1; nil when it concerns the whole file.
    public let line: Int?
    /// From 1, in Unicode scalars; only where the YAML itself is wrong.
    public let column: Int?
    /// With its sections, joined by points.
    public let key: String?
    public let problem: String
    public let remedy: String?

    public init(file: String, line: Int? = nil, column: Int? = nil, key: String? = nil, problem: String, remedy: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.problem = problem
        self.remedy = remedy
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `FILE:LINE: key: what is wrong; what to write`
    public var description: String {
        let place = [file, line.map(String.init), column.map(String.init)].compactMap(\.self).joined(separator: ":")
        let what = [problem, remedy].compactMap(\.self).joined(separator: "; ")
        return LogText.escaped([place, key, what].compactMap(\.self).joined(separator: ": "))
    }
}

/// Everything that is wrong with a configuration file, in the order of its lines; never empty.
public struct ConfigurationProblems: Error, Hashable, CustomStringConvertible {
    public let problems: [ConfigurationProblem]

    public init(_ problems: [ConfigurationProblem]) {
        // What concerns the whole file comes last. The order is stable for problems of one line.
        self.problems = problems.enumerated().sorted { a, b in
            (a.element.line ?? .max, a.offset) < (b.element.line ?? .max, b.offset)
        }.map(\.element)
    }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
