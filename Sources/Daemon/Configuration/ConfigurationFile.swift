// SPDX-License-Identifier: Apache-2.0

import Yams

/// A YAML file from which a program takes its settings, one by one, before it does anything else.
///
/// A path names a key with its sections, joined by points: `store.retention`. A setting that is absent or empty is nil. One that
/// is wrong is nil too, and noted; `finish` tells everything at once. Ask for every key the program knows, whatever the others
/// say: what was not asked for counts as unknown.
public final class ConfigurationFile {
    public let name: String
    private let root: Node.Mapping
    private var known: Set<[String]> = []
    private var problems: [ConfigurationProblem] = []

    /// - Throws: the one problem of a file that cannot be read or is not YAML.
    public convenience init(path: String) throws(ConfigurationProblems) {
        try self.init(text: try ConfigurationText.read(path), name: path)
    }

    public init(text: String, name: String) throws(ConfigurationProblems) {
        self.name = name
        root = try ConfigurationTree.parse(text, named: name)
    }

    public func string(_ path: String) -> String? {
        scalar(path, kind: "one value")
    }

    /// A list, or one value as a list of one; nil when absent, empty for `[]`.
    public func strings(_ path: String) -> [String]? {
        guard let (key, value) = entry(path) else { return nil }
        guard let sequence = value.sequence else { return string(of: value, path, key.mark, kind: "a value or a list").map { [$0] } }
        return sequence.compactMap { string(of: $0, path, $0.mark, kind: "a list of plain values") }
    }

    public func integer(_ path: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = scalar(path, kind: "a whole number") else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        let bounds = "write a whole number from \(range.lowerBound) to \(range.upperBound)"
        reject(path, Int(text) == nil ? "'\(text)' is not a whole number" : "\(text) is out of range", remedy: bounds)
        return nil
    }

    /// `true` or `false` only: the other words of YAML 1.1 surprise people.
    public func boolean(_ path: String) -> Bool? {
        guard let text = scalar(path, kind: "true or false") else { return nil }
        if let value = Bool(text) { return value }
        reject(path, "'\(text)' is neither true nor false", remedy: "write true or false")
        return nil
    }

    /// As `DurationText` parses it.
    public func duration(_ path: String, in range: ClosedRange<Duration>? = nil) -> Duration? {
        guard let text = scalar(path, kind: "a duration such as 5s") else { return nil }
        do throws(DurationTextError) {
            let duration = try DurationText.parse(text)
            guard let range, !range.contains(duration) else { return duration }
            let bounds = "\(DurationText.text(for: range.lowerBound)) to \(DurationText.text(for: range.upperBound))"
            reject(path, "\(text) is out of range", remedy: "write \(bounds)")
        } catch {
            reject(path, error.problem, remedy: DurationTextError.remedy)
        }
        return nil
    }

    /// One of the words of an enum.
    public func choice<Choice: RawRepresentable & CaseIterable>(_ path: String, of type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let text = scalar(path, kind: "one word") else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let guess = NearNames.suggestion(for: text, in: words).map { "did you mean '\($0)'?" }
        reject(path, "'\(text)' is not known here", remedy: guess ?? "write one of \(words.joined(separator: ", "))")
        return nil
    }

    /// Notes a problem that only the program can see, such as an address that is none, or a setting that is missing.
    public func reject(_ path: String, _ problem: String, remedy: String) {
        note(path, line: line(of: path), problem, remedy: remedy)
    }

    /// Call after all settings were asked for.
    ///
    /// - Throws: every problem, unknown keys included.
    public func finish() throws(ConfigurationProblems) {
        noteUnknownKeys(in: root, at: [])
        if !problems.isEmpty { throw ConfigurationProblems(problems) }
    }

    private func scalar(_ path: String, kind: String) -> String? {
        entry(path).flatMap { string(of: $0.value, path, $0.key.mark, kind: kind) }
    }

    private func string(of node: Node, _ path: String, _ mark: Mark?, kind: String) -> String? {
        if let scalar = node.scalar { return scalar.string }
        note(path, line: mark?.line, node.sequence == nil ? "is a section" : "is a list", remedy: "write \(kind)")
        return nil
    }

    /// The key and the value at a path; nil when it is empty, or it or a section on the way is absent.
    private func entry(_ path: String) -> Node.Mapping.Element? {
        let names = components(path)
        known.insert(names)
        return find(names[...]).flatMap { $0.value.isNothing ? nil : $0 }
    }

    private func find(_ names: ArraySlice<String>) -> Node.Mapping.Element? {
        var section = root
        for name in names.dropLast() {
            guard let next = section.entry(named: name)?.value.mapping else { return nil }
            section = next
        }
        return names.last.flatMap { section.entry(named: $0) }
    }

    /// That of the deepest part of the path that there is.
    func line(of path: String) -> Int? {
        var names = components(path)[...]
        while !names.isEmpty {
            if let mark = find(names)?.key.mark { return mark.line }
            names = names.dropLast()
        }
        return nil
    }

    private func components(_ path: String) -> [String] {
        path.split(separator: ".").map(String.init)
    }

    private func note(_ key: String, line: Int?, _ problem: String, remedy: String) {
        problems.append(ConfigurationProblem(file: name, line: line, key: key, problem: problem, remedy: remedy))
    }

    private func noteUnknownKeys(in section: Node.Mapping, at path: [String]) {
        for (key, value) in section {
            let name = key.scalar?.string ?? "?"
            let names = path + [name]
            if known.contains(names) { continue }
            if !known.contains(where: { $0.starts(with: names) }) {
                noteUnknown(name, line: key.mark?.line, at: path)
            } else if let inner = value.mapping {
                noteUnknownKeys(in: inner, at: names)
            } else if !value.isNothing {
                note(names.joined(separator: "."), line: key.mark?.line, "is not a section", remedy: "write its keys below it, indented")
            }
        }
    }

    private func noteUnknown(_ name: String, line: Int?, at path: [String]) {
        let neighbours = Set(known.filter { $0.count > path.count && $0.starts(with: path) }.map { $0[path.count] }).sorted()
        let guess = NearNames.suggestion(for: name, in: neighbours).map { "did you mean '\($0)'?" }
        note(
            (path + [name]).joined(separator: "."), line: line, "there is no such key",
            remedy: guess ?? "the keys here are \(neighbours.joined(separator: ", "))")
    }
}

extension Node.Mapping {
    /// By the text of the key, so that keys which YAML takes for numbers or truth values are found too.
    fileprivate func entry(named name: String) -> Element? {
        first { $0.key.scalar?.string == name }
    }
}
