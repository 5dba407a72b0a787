// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `weir store`
struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "Look after a store: what is in it, whether it is sound, its size, copies.",
        discussion: """
            Examples:
              weir store info
              weir store check --store flows.db
              weir store backup flows-copy.db
              weir store compact --store flows-copy.db
            """,
        subcommands: [StoreInfoCommand.self, StoreCheckCommand.self, StoreBackupCommand.self, StoreCompactCommand.self])
}
