// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore

/// `weir store compact`
struct StoreCompactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Give the room of what was removed back to the file system.",
        discussion: """
            The aggregator must be stopped: a store has one writer. Interrupted, it has
            given back what it had got to.

            Examples:
              weir store compact
              weir store compact --store flows.db
            """)

    @OptionGroup var store: StoreOptions

    func run() throws {
        var progress = StepProgress()
        let octets = try FlowStore.compact(path: store.path) { done, all in progress.show(done, of: all) }
        progress.end()
        Output.errorLine("\(TerminalText.safe(store.path)) is \(NumberStyle.short.octets(UInt64(clamping: octets))) smaller")
    }
}
