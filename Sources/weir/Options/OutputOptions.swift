// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc

/// How the answer is written.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")], help: "How the answer is written.", completion: .custom(Completions.formats))
    var format: OutputFormat = .table

    @Flag(help: "Whole numbers in tables, instead of 1.2 MB.")
    var exact = false

    @Option(help: "Colours in tables; auto: on a terminal, unless NO_COLOR is set.")
    var color: ColorChoice = .auto

    var numbers: NumberStyle { exact ? .exact : .short }

    var isColored: Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto:
            Environment.isTerminal(STDOUT_FILENO) && Environment.variable("NO_COLOR") == nil && Environment.variable("TERM") != "dumb"
        }
    }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, ndjson, csv, markdown
    /// One line a flow; of what is made of flows only.
    case compact
    /// Drawings; of maps only.
    case mermaid, dot

    /// Those that every answer has.
    static let common: [OutputFormat] = [.table, .json, .ndjson, .csv, .markdown]

    static var allValueStrings: [String] { common.map(\.rawValue) }
}

/// A command whose answer is written in one of several formats.
protocol AnsweringCommand: ParsableCommand {
    var format: OutputFormat { get }
    static var formats: [OutputFormat] { get }
}

extension AnsweringCommand {
    static var formats: [OutputFormat] { OutputFormat.common }

    /// Before anything is asked.
    func checkFormat() throws {
        guard !Self.formats.contains(format) else { return }
        let name = Self.configuration.commandName ?? ""
        throw ValidationError(
            "weir \(name) has no -o \(format.rawValue). It writes \(Self.formats.map(\.rawValue).joined(separator: ", ")).")
    }
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}
