// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// What a shell offers when Tab is pressed: names of fields and shorthands, and what the store has.
enum Completions {
    typealias Function = @Sendable ([String], Int, String) -> [String]

    /// `--by`: shorthands and fields, with commas between.
    static let groups: Function = { _, _, prefix in
        list(GroupDimension.words + FlowSchema.fields.filter { FlowStore.isGroupable($0.field) }.map(\.name), after: prefix)
    }

    /// `--columns`.
    static let columns: Function = { _, _, prefix in
        list(FlowColumn.ofFlows.map(\.name) + FlowSchema.fields.map(\.name), after: prefix)
    }

    /// `weir map --by`.
    static let ends: Function = { _, _, _ in GroupDimension.endpointWords }

    /// `-o`.
    static let formats: Function = { arguments, _, _ in
        let commands: [any AnsweringCommand.Type] = [FlowsCommand.self, MapCommand.self]
        let command = commands.first { arguments.contains($0.configuration.commandName ?? "") }
        return (command?.formats ?? OutputFormat.common).map(\.rawValue)
    }

    /// `--from`, `--to`: the days that the store has flows of.
    static let times: Function = { arguments, _, _ in
        guard let span = (try? FlowStore.openForReading(path: storePath(arguments)).storedSpan()) ?? nil else { return ["now"] }
        let (first, last) = (span.lowerBound, span.upperBound)
        let count = min(max(0, (last - first).wholeMilliseconds / 86_400_000), mostDays)
        let days = (0...count).map { LocalTime.date(last - .seconds(86_400 * (count - $0))) } + [LocalTime.date(first)]
        return Set(days).sorted() + ["now"]
    }

    private static let mostDays: Int64 = 60

    /// A filter: its words and fields, and behind a word or field the names that the store has.
    static let filter: Function = { arguments, _, prefix in
        let before = prefix.lastIndex { " (,=\"'".contains($0) }.map { prefix[...$0] } ?? ""
        let word = String(prefix.dropFirst(before.count))
        let known = known(behind: before, beginning: word, arguments)
        return known.filter { $0.hasPrefix(word) }.map { written(before + $0 + quoteToClose(prefix)) }
    }

    /// As the shell that asks wants it: zsh has taken the quotation mark off the word, and what stands behind a colon is a description.
    private static func written(_ completion: String) -> String {
        guard CompletionShell.requesting == .zsh else { return completion }
        let text = completion.hasPrefix("'") || completion.hasPrefix("\"") ? String(completion.dropFirst()) : completion
        return text.replacing(":", with: "\\:")
    }

    /// What closes the quotation that a value stands in, within the quotation of the whole filter: `'pod = "web`.
    private static func quoteToClose(_ prefix: String) -> String {
        let inner: Character = prefix.hasPrefix("\"") ? "'" : "\""
        return prefix.count { $0 == inner } % 2 == 1 ? String(inner) : ""
    }

    /// Values where the text before ends with what has values, else words of the language.
    private static func known(behind text: Substring, beginning prefix: String, _ arguments: [String]) -> [String] {
        let signs: Set<Character> = [" ", "(", ",", "=", "\"", "'", "!"]
        let words = text.split { signs.contains($0) }
        // Within brackets values follow each other: the word before the `in` tells what they are of.
        let opened = text.lastIndex(of: "(").map { open in text[open...].contains(")") ? nil : text[..<open] } ?? nil
        let name: Substring? =
            if let opened, opened.split(separator: " ").last == "in" {
                opened.split { signs.contains($0) }.dropLast().last
            } else {
                words.last
            }
        guard let name, let fields = FlowFilter.fields(named: String(name)) else { return FlowFilter.words }
        return values(of: fields, beginning: prefix, arguments)
    }

    private static func list(_ known: [String], after prefix: String) -> [String] {
        let before = prefix.lastIndex(of: ",").map { prefix[...$0] } ?? ""
        return known.map { before + $0 }
    }

    private static let mostValues = 200

    /// Where there is no store there are none. Names come from the network, and what is offered is typed into a shell: those with
    /// characters that mean something to one are left out.
    private static func values(of fields: [FlowField], beginning prefix: String, _ arguments: [String]) -> [String] {
        let reader = try? FlowStore.openForReading(path: storePath(arguments))
        let values = (try? reader?.values(of: fields, beginning: prefix, limit: mostValues)) ?? []
        return values.filter { $0.unicodeScalars.allSatisfy(isPlain) }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-_.:/+%@".unicodeScalars.contains(scalar)
    }

    /// Of the command line so far, else as always.
    private static func storePath(_ arguments: [String]) -> String {
        var options = StoreOptions()
        options.store = arguments.firstIndex(of: "--store").flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
        return options.path
    }
}

/// `weir completions`
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print a script that completes weir's command line in a shell.",
        discussion: """
            It completes commands, options and files, names of fields and shorthands, and in
            filters the names that are in the store.

            Examples:
              weir completions bash > weir.bash    then: source weir.bash
              weir completions zsh > _weir         into a folder of $fpath
              weir completions fish > weir.fish    into ~/.config/fish/completions
            """)

    @Argument(help: "The shell.")
    var shell: Shell

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    func run() throws {
        let script: String =
            switch shell {
            case .bash: BashCompletion.completed(Weir.completionScript(for: .bash))
            case .zsh: Weir.completionScript(for: .zsh)
            case .fish: Weir.completionScript(for: .fish)
            }
        try Output.answer(Array((script + "\n").utf8))
    }
}
