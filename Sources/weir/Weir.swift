// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowStore
internal import Glibc
internal import IPFIX
internal import PacketCapture
internal import TransportSecurity

/// `weir`: questions about flows, asked at a terminal or by a script.
@main
struct Weir: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir",
        abstract: "Ask what flowed through a cluster, and how complete the answer is.",
        discussion: """
            Examples:
              weir top --last 1h                    who moved most, by pod
              weir top --by pair --last 1d          which pods talk to which
              weir flows --last 5m                  the newest flows
              weir series --split-by namespace      how it went over time
              weir map --by workload                who talks to whom
              weir policies                         what rules allowed and denied
              weir exporters                        who reports, and what is missing
              weir sql "SELECT * FROM exporters"    anything else; see docs/sql.md
              weir decode capture.pcap              what IPFIX in a capture says
              weir import flows.ipfix               store the flows of a file
              weir certs init                       an authority, and certificates for tls://

            Answers go to standard output, everything else to standard error.
            Exit status: 0 answered, 1 found a problem, 2 could not run.
            """,
        version: version,
        subcommands: [
            TopCommand.self,
            FlowsCommand.self,
            SeriesCommand.self,
            MapCommand.self,
            PoliciesCommand.self,
            ExportersCommand.self,
            ReconcileCommand.self,
            SQLCommand.self,
            DecodeCommand.self,
            ImportCommand.self,
            ExportCommand.self,
            StoreCommand.self,
            CompletionsCommand.self,
            DemoCommand.self,
            CertsCommand.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try (command as? any AnsweringCommand)?.checkFormat()
            try command.run()
        } catch {
            Glibc.exit(ending(with: error))
        }
    }

    /// Says why a command ended, and gives the exit status: the parser's own 64 for a wrong command line becomes 2.
    private static func ending(with error: any Error) -> Int32 {
        switch error {
        case let error as StoreError:
            Output.errorLine("weir: \(error)")
            return 2
        case is CaptureError, is RegistryError:
            Output.errorLine("weir: \(error)")
            return 2
        case is ImportError, is SQLInputError, is SQLCommandError:
            Output.errorLine("weir: \(error)")
            return 2
        case is CredentialError, is SecurityFailure, is CertificateFile.Failure, is CertificateText.Unreadable:
            Output.errorLine("weir: \(error)")
            return 2
        case let error as Output.Failure:
            Output.errorLine("weir: \(error)")
            return 2
        default:
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if !message.isEmpty {
                Output.write(Array((message + "\n").utf8), to: code.isSuccess ? STDOUT_FILENO : STDERR_FILENO)
            }
            return code == .validationFailure ? 2 : code.rawValue
        }
    }
}
