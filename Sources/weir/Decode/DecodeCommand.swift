// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import IPFIX
internal import PacketCapture
internal import Schemas

/// `weir decode`
struct DecodeCommand: AnsweringCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Show what IPFIX and NetFlow v9 say: captures, IPFIX Files, streams.",
        discussion: """
            Reads pcap and pcapng captures (UDP and TCP on any port), IPFIX Files, and
            messages kept as they were received; each file is recognised by what is in
            it. No store is needed. All of a file is read and checked, whatever is shown.

            Examples:
              weir decode capture.pcap                       the first 20 records
              weir decode flows.ipfix -o csv > flows.csv     all records
              weir decode capture.pcap -o ndjson | jq -r .sourceIPv4Address
              weir decode capture.pcap --stats               counts by exporter
              weir decode capture.pcap --templates           what the exporters announce
              tcpdump -r capture.pcap -w - | weir decode - -o ndjson

            Exit status: 0 all is well, 1 something is malformed or missing (standard
            error says what and where), 2 could not run.
            """)

    @Argument(help: "The files; - is standard input.", completion: .file())
    var files: [String]

    @Option(
        name: [.customShort("o"), .customLong("output")], help: "How the answer is written.", completion: .custom(Completions.formats))
    var format: OutputFormat = .table

    @Flag(help: "Counts instead of records: messages, sets, records, what is lost, what is malformed.")
    var stats = false

    @Flag(help: "The templates instead of the records.")
    var templates = false

    @Flag(help: "The records of options templates too.")
    var options = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Records to show; 0 for all (default: 20 in tables, else all).", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Of captures only what is sent to these ports, whatever it looks like.", valueName: "port,…"))
    var port: String?

    @Option(help: ArgumentHelp("Read the templates of this file first; may be repeated.", valueName: "file"))
    var followTemplates: [String] = []

    @Option(
        help: ArgumentHelp(
            "More Information Elements, a CSV file as IANA's with the enterprise in its name (acme-12345.csv); may be repeated.",
            valueName: "file"))
    var registry: [String] = []

    @Option(help: "Colours in tables; auto: on a terminal, unless NO_COLOR is set.")
    var color: ColorChoice = .auto

    func validate() throws {
        if files.isEmpty { throw ValidationError("There is no file to decode. Give one or more, or - for standard input.") }
        if let limit, limit < 0 { throw ValidationError("--limit \(limit) is negative. Write 0 for all records.") }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input can be read once only.") }
        _ = try PortList.ports(port)
    }

    func run() throws {
        var output = try DecodeOutput(command: self, settings: settings())
        if try !output.write() { throw ExitCode(1) }
    }

    private func settings() throws -> DecodeSettings {
        let files = try registry.map { path in
            (name: path, octets: try InputFile(path: path).read(atMost: InformationElementRegistry.maximumFileOctets + 1))
        }
        let elements = try InformationElementRegistry.standard(files: Schemas.elementFiles + files)
        return DecodeSettings(registry: elements, ports: try PortList.ports(port), includesOptions: options)
    }
}
