// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc

/// How the answer is written.
struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("output")], help: "How the answer is written.")
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
    /// One line a flow; what is not made of flows comes as a table.
    case compact
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
}
