// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import TransportSecurity

/// `weir certs init`
struct CertsInitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make an authority: ca.crt, which everybody may have, and ca.key, which signs.",
        discussion: """
            Examples:
              weir certs init --dir green-certs
              weir certs init --dir blue-certs --name "flows of cluster blue" --days 3650
            """)

    @OptionGroup var folder: CertificateFolderOption

    @Option(help: ArgumentHelp("What the authority is called (default: Weir).", valueName: "text"))
    var name = "Weir"

    @Option(help: ArgumentHelp("How long it counts (default: 3650).", valueName: "days"))
    var days = 3650

    func validate() throws {
        _ = try LifetimeOption.lifetime(days: days)
        try CertificateName.check(name, option: "--name")
    }

    func run() throws {
        let issued = try CertificateAuthority.make(name: name, lifetime: try LifetimeOption.lifetime(days: days))
        try CertificateFile.makeFolder(folder.dir)
        try CertificateFile.write(issued, certificate: folder.authority.certificate, key: folder.authority.key)
        Output.errorLine("made \(folder.authority.certificate) for everybody, and \(folder.authority.key), which only signs: keep it safe")
    }
}
