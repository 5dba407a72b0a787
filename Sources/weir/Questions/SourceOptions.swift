// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore

/// Who is asked: a store's file, or a server that has one.
struct SourceOptions: ParsableArguments {
    @OptionGroup var file: StoreOptions

    @Option(help: ArgumentHelp("Ask a server instead of a file (not in this release).", valueName: "url"))
    var server: String?

    func validate() throws {
        guard let server else { return }
        if file.store != nil { throw ValidationError("Give --store or --server, not both.") }
        throw ValidationError("--server \(server): this release asks files only. Run weir where the store is, and name it with --store.")
    }

    func source() throws -> any QuerySource { try file.open() }
}
