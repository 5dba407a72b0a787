// SPDX-License-Identifier: Apache-2.0

import Yams

/// The YAML of a configuration file: a mapping of keys to values, lists and further mappings.
enum ConfigurationTree {
    /// The mapping at the top; empty for a file without content.
    static func parse(_ text: String, named file: String) throws(ConfigurationProblems) -> Node.Mapping {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationProblems([problem(for: error, text: text, file: file)])
        }
        guard let root, !root.isNothing else { return Node.Mapping([]) }
        guard let mapping = root.mapping else {
            let what = ConfigurationProblem(
                file: file, line: root.mark?.line, problem: "not a configuration", remedy: "write lines of the form 'key: value'")
            throw ConfigurationProblems([what])
        }
        return mapping
    }

    private static func problem(for error: any Error, text: String, file: String) -> ConfigurationProblem {
        let remedy = "correct the YAML here"
        guard let error = error as? YamlError else { return ConfigurationProblem(file: file, problem: "\(error)") }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return ConfigurationProblem(file: file, line: mark.line, column: mark.column, problem: problem, remedy: remedy)
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.prefix($0).split(separator: "\n", omittingEmptySubsequences: false).count }
            return ConfigurationProblem(file: file, line: line, problem: problem, remedy: remedy)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return ConfigurationProblem(
                file: file, line: context.mark.line, column: context.mark.column, key: duplicates.joined(separator: ", "),
                problem: "written more than once in one section", remedy: "keep one")
        default:
            return ConfigurationProblem(file: file, problem: "not YAML", remedy: "correct it")
        }
    }
}

extension Node {
    /// A key with nothing after it, or YAML's words for nothing.
    var isNothing: Bool {
        guard let scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}
