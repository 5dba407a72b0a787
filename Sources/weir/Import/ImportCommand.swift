// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore
internal import IPFIX
internal import PacketCapture
internal import Schemas

/// `weir import`
struct ImportCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store the flows of files: IPFIX, captures, NDJSON, CSV.",
        discussion: """
            Reads IPFIX Files, pcap and pcapng captures of IPFIX and NetFlow v9, and the
            NDJSON and CSV that weir writes; each file is recognised by what is in it.
            Every record becomes an interval with its own times. The store is made if
            there is none. A file that the store has already is refused; an import that
            was interrupted goes on where it stopped.

            Examples:
              weir import flows.ipfix --store history.db
              weir import capture.pcap other.pcap --store history.db
              weir import flows.ipfix --dry-run              what is in it, storing nothing
              weir export | weir import - --store copy.db
              weir import flows.ipfix -o json

            Exit status: 0 all is stored, 1 something in a file is damaged, missing or was
            imported before (standard error says what), 2 could not run.
            """)

    @Argument(help: "The files; - is standard input.", completion: .file())
    var files: [String]

    @Flag(help: "Import files that were imported before once more.")
    var again = false

    @Flag(help: "Read and count, but store nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Of captures only what is sent to these ports, whatever it looks like.", valueName: "port,…"))
    var port: String?

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    var format: OutputFormat { output.format }

    func validate() throws {
        if files.isEmpty { throw ValidationError("There is no file to import. Give one or more, or - for standard input.") }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read once only.") }
        _ = try PortList.ports(port)
    }

    func run() throws {
        let registry = try InformationElementRegistry.standard(files: Schemas.elementFiles)
        let settings = DecodeSettings(registry: registry, ports: try PortList.ports(port), includesOptions: true)
        let writer = dryRun ? nil : try StoreProgress.openForWriting(store.path)
        var run = ImportRun(writer: writer, settings: settings, importsAgain: again)
        for file in files { try run.read(file) }
        try ImportAnswer(reports: run.reports, isDryRun: dryRun, numbers: output.numbers).answer.write(output)
        if !run.isComplete { throw ExitCode(1) }
    }
}
