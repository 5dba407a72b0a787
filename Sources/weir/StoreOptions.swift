// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore

/// Which store is asked.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The flow store to read (default: $WEIR_STORE, else flows.db here).", valueName: "file"))
    var store: String?

    func open() throws -> FlowReader {
        try FlowStore.openForReading(path: store ?? Environment.variable("WEIR_STORE") ?? "flows.db")
    }
}
