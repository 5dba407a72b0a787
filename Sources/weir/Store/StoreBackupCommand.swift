// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore

/// `weir store backup`
struct StoreBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a store as it is now, while it is written.",
        discussion: """
            The copy is of one moment, whole, and a store that every command reads. A file
            that is there is not replaced.

            Examples:
              weir store backup yesterday.db
              weir store backup sunday.db --store flows.db
            """)

    @Argument(help: ArgumentHelp("The copy.", valueName: "file"), completion: .file())
    var copy: String

    @OptionGroup var store: StoreOptions

    func run() throws {
        var progress = StepProgress()
        try store.open().backUp(to: copy) { done, all in progress.show(done, of: all) }
        progress.end()
        Output.errorLine("\(TerminalText.safe(store.path)) is copied to \(TerminalText.safe(copy))")
    }
}
