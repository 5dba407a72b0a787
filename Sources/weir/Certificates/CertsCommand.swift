// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// `weir certs`
struct CertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs",
        abstract: "Make and look at the certificates of exporters and aggregators.",
        discussion: """
            For clusters without an authority of their own: makes one in a folder,
            and certificates that it signs. Keys are EC P-256 and for their owner
            alone; nothing that is there is overwritten. Keep ca.key off the nodes.

            Examples:
              weir certs init --dir certs
              weir certs issue --dir certs --server aggregator.example --server 192.0.2.10
              weir certs issue --dir certs --node worker-1
              weir certs show certs/*.crt --within 30d

            Exit status: 0 done, 1 a certificate has ended or ends soon, 2 could not run.
            """,
        subcommands: [CertsInitCommand.self, CertsIssueCommand.self, CertsShowCommand.self])
}

/// Where certificates are kept.
struct CertificateFolderOption: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of the authority and of what it signs (default: certs).", valueName: "dir"))
    var dir = "certs"

    var authority: (certificate: String, key: String) { ("\(dir)/ca.crt", "\(dir)/ca.key") }
}

/// How long a certificate counts.
struct LifetimeOption {
    /// A century: more is a mistake.
    private static let days = 1...36_525

    static func lifetime(days: Int) throws -> Duration {
        guard Self.days.contains(days) else {
            throw ValidationError("--days \(days) is out of range; write a number from \(Self.days.lowerBound) to \(Self.days.upperBound).")
        }
        return .seconds(days * 86_400)
    }
}
