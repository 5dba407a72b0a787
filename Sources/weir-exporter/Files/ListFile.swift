// SPDX-License-Identifier: Apache-2.0

import Daemon
import IPFIX
import Yams

/// A YAML or JSON file that holds one list of entries under one key.
enum ListFile {
    /// - Throws: every problem of the file, with its line.
    static func read<Element>(
        _ path: String, under key: String, _ parse: (inout ListEntry) -> Element?
    ) throws(ConfigurationProblems) -> [Element] {
        let text = try ConfigurationText.read(path)
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw problem(path, nil, nil, "is not YAML: \(error)", "write a list under `\(key):`")
        }
        guard let entries = node?[key]?.sequence else {
            throw problem(path, 1, key, "is missing or no list", "write a list under `\(key):`")
        }
        var elements: [Element] = []
        var problems: [ConfigurationProblem] = []
        for node in entries {
            var entry = ListEntry(node, of: path)
            if let element = parse(&entry) { elements.append(element) }
            problems += entry.finish()
        }
        if !problems.isEmpty { throw ConfigurationProblems(problems) }
        return elements
    }

    private static func problem(
        _ path: String, _ line: Int?, _ key: String?, _ problem: String, _ remedy: String
    ) -> ConfigurationProblems {
        ConfigurationProblems([ConfigurationProblem(file: path, line: line, key: key, problem: problem, remedy: remedy)])
    }
}

/// One entry of a ``ListFile``; notes what is wrong with it.
struct ListEntry {
    private let node: Node
    private let path: String
    private var known: Set<String> = []
    private var problems: [ConfigurationProblem] = []

    init(_ node: Node, of path: String) {
        self.node = node
        self.path = path
    }

    /// A value that must be there.
    mutating func value<Value>(_ key: String, _ remedy: String, _ parse: (String) -> Value?) -> Value? {
        guard let text = text(key), let value = parse(text) else {
            note(key, "is missing or no value for this", remedy)
            return nil
        }
        return value
    }

    /// A value that may be missing; nil then.
    mutating func optional<Value>(_ key: String, _ remedy: String, _ parse: (String) -> Value?) -> Value? {
        guard let text = text(key) else { return nil }
        guard let value = parse(text) else {
            note(key, "'\(text)' is no value for this", remedy)
            return nil
        }
        return value
    }

    /// The values of a list that must be there, though it may be empty.
    mutating func values<Value>(_ key: String, _ remedy: String, _ parse: (String) -> Value?) -> [Value]? {
        known.insert(key)
        guard let nodes = node[key]?.sequence else {
            note(key, "is missing or no list", remedy)
            return nil
        }
        var values: [Value] = []
        for node in nodes {
            if let value = node.scalar.flatMap({ parse($0.string) }) {
                values.append(value)
            } else {
                note(key, "'\(node.scalar?.string ?? "a list")' is no value for this", remedy)
            }
        }
        return values
    }

    private mutating func text(_ key: String) -> String? {
        known.insert(key)
        return node[key]?.scalar?.string
    }

    private mutating func note(_ key: String, _ problem: String, _ remedy: String) {
        problems.append(
            ConfigurationProblem(
                file: path, line: node[key]?.mark?.line ?? node.mark?.line, key: key, problem: problem, remedy: remedy))
    }

    /// Everything that is wrong, keys that nobody asked for included.
    fileprivate mutating func finish() -> [ConfigurationProblem] {
        guard let mapping = node.mapping else {
            note("entry", "is no mapping", "write it as {key: value, …}")
            return problems
        }
        for (key, _) in mapping {
            let name = key.scalar?.string ?? "?"
            guard !known.contains(name) else { continue }
            let guess = NearNames.suggestion(for: name, in: known.sorted()).map { "did you mean '\($0)'?" }
            note(name, "there is no such key", guess ?? "the keys here are \(known.sorted().joined(separator: ", "))")
        }
        return problems
    }
}

extension ListEntry {
    /// Any text but an empty one.
    static func name(_ text: String) -> String? { text.isEmpty ? nil : text }
}
