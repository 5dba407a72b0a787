// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore

/// Which store is asked.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The flow store (default: $WEIR_STORE, else flows.db here).", valueName: "file"), completion: .file())
    var store: String?

    var path: String { store ?? Environment.variable("WEIR_STORE") ?? "flows.db" }

    func open() throws -> FlowReader {
        try FlowStore.openForReading(path: path)
    }
}
