// SPDX-License-Identifier: Apache-2.0

/// Merges the command line over a configuration file, and notes what is wrong in either, so that all of it is told at once.
public struct SettingReader {
    private let file: ConfigurationFile?
    private var problems: [ConfigurationProblem] = []

    public init(_ file: ConfigurationFile?) {
        self.file = file
    }

    public func either<Value>(_ argument: Value?, _ inFile: Value?) -> Value? { argument ?? inFile }

    public func text(_ argument: String?, _ path: String) -> String? {
        let inFile = file?.string(path)
        return argument ?? inFile
    }

    /// The command line's list if it has any, else the file's.
    public func texts(_ arguments: [String], _ path: String) -> [String] {
        let inFile = file?.strings(path)
        return arguments.isEmpty ? inFile ?? [] : arguments
    }

    /// As ``texts(_:_:)``, as values. Each text of the file that `parse` refuses is noted.
    public func list<Value, Failure: Error & CustomStringConvertible>(
        _ arguments: [Value], _ path: String, _ parse: (String) throws(Failure) -> Value
    ) -> [Value] {
        let inFile = file?.strings(path)?.compactMap { text -> Value? in
            do throws(Failure) {
                return try parse(text)
            } catch {
                file?.reject(path, "\(error)", remedy: "correct it or leave it out")
                return nil
            }
        }
        return arguments.isEmpty ? inFile ?? [] : arguments
    }

    /// A text, wherever it came from, as a value; noted when it is none.
    public mutating func parsed<Value>(_ text: String?, _ path: String, _ remedy: String, _ parse: (String) -> Value?) -> Value? {
        guard let text else { return nil }
        guard let value = parse(text) else {
            reject(path, "'\(text)' is no value for this", remedy: remedy)
            return nil
        }
        return value
    }

    /// Notes a problem that more than one setting makes.
    public mutating func reject(_ path: String, _ problem: String, remedy: String) {
        problems.append(
            ConfigurationProblem(
                file: file?.name ?? "command line", line: file?.line(of: path), key: path, problem: problem, remedy: remedy))
    }

    /// - Throws: every problem noted here, and every one of the file, unknown keys included.
    public func finish() throws(ConfigurationProblems) {
        var all = problems
        do throws(ConfigurationProblems) {
            try file?.finish()
        } catch {
            all += error.problems
        }
        if !all.isEmpty { throw ConfigurationProblems(all) }
    }
}
