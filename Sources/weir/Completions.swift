// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore

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

    /// A filter: fields, and behind an equals sign or a quote the names that the store has.
    static let filter: Function = { arguments, _, prefix in
        let before = prefix.lastIndex { " (,=\"".contains($0) }.map { prefix[...$0] } ?? ""
        let word = prefix.dropFirst(before.count)
        let isValue = before.last.map { "=\"".contains($0) } ?? false
        let known = isValue ? names(beginning: String(word), arguments) : FlowFilter.words
        return known.filter { $0.hasPrefix(word) }.map { before + $0 }
    }

    private static func list(_ known: [String], after prefix: String) -> [String] {
        let before = prefix.lastIndex(of: ",").map { prefix[...$0] } ?? ""
        return known.map { before + $0 }
    }

    private static let mostNames = 200

    /// Names of pods, namespaces, nodes and Services. Where there is no store, or it is slow, there are none.
    private static func names(beginning prefix: String, _ arguments: [String]) -> [String] {
        let fields: [FlowField] = [
            .sourcePodName, .destinationPodName, .sourcePodNamespace, .destinationPodNamespace, .sourceNodeName,
            .destinationServicePortName,
        ]
        let parts = fields.map { "SELECT \(FlowSchema.name(of: $0)) AS name FROM connections" }
        let sql =
            "SELECT DISTINCT name FROM (\(parts.joined(separator: " UNION "))) WHERE substr(name, 1, length(:prefix)) = :prefix ORDER BY name"
        guard let connection = try? FlowStore.openForReading(path: storePath(arguments)).userConnection(),
            let table = try? connection.rows(
                of: sql, parameters: ["prefix": .text(prefix)], limits: UserConnection.Limits(rows: mostNames, time: .seconds(1)))
        else { return [] }
        return table.rows.compactMap(\.first?.text)
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
            case .bash: Weir.completionScript(for: .bash)
            case .zsh: Weir.completionScript(for: .zsh)
            case .fish: Weir.completionScript(for: .fish)
            }
        try Output.answer(Array((script + "\n").utf8))
    }
}
