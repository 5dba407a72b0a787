// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import TransportSecurity

/// `weir certs issue`
struct CertsIssueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Make a key and a certificate for a node's exporter, for an aggregator, or for a proxy.",
        discussion: """
            A node's certificate names the node, so that its exporter can speak for no
            other, and serves no aggregator. An aggregator's bears the names and
            addresses by which exporters reach it. A proxy's bears those too, and may
            pass on the records of every node: keep its key as an aggregator's.

            Examples:
              weir certs issue --node worker-2
              weir certs issue --server standby.example --server 192.0.2.11 --days 90
              weir certs issue --proxy zone-a --server proxy.example
            """)

    @OptionGroup var folder: CertificateFolderOption

    @Option(help: ArgumentHelp("The node whose exporter shows the certificate.", valueName: "name"))
    var node: String?

    @Option(help: ArgumentHelp("The aggregator in proxy mode that shows it, to exporters and to its collector.", valueName: "name"))
    var proxy: String?

    @Option(help: ArgumentHelp("A name or address of the aggregator or proxy that shows it; may be repeated.", valueName: "host"))
    var server: [String] = []

    @Option(help: ArgumentHelp("How long it counts (default: 365).", valueName: "days"))
    var days = 365

    @Option(help: ArgumentHelp("The beginning of the files' names (default: the node, the proxy, or the first server).", valueName: "name"))
    var output: String?

    func validate() throws {
        _ = try LifetimeOption.lifetime(days: days)
        guard (node == nil) != server.isEmpty, node == nil || proxy == nil else {
            throw ValidationError(
                "Say whose certificate: --node NAME for an exporter's, --server HOST for an aggregator's, with --proxy NAME for a proxy's.")
        }
        if let proxy { try CertificateName.check(proxy, option: "--proxy") }
        if let node { try CertificateName.check(node, option: "--node") }
        for host in server { try CertificateName.check(host, option: "--server") }
        if let output { try CertificateName.check(output, option: "--output") }
    }

    func run() throws {
        let authority = CertificateAuthority(
            certificate: try CredentialFiles.read(folder.authority.certificate),
            key: try CredentialFiles.read(folder.authority.key, isSecret: true))
        let uris: [AlternativeName] = [
            node.map { .uri([AlternativeName].nodePrefix + $0) }, proxy.map { .uri([AlternativeName].proxyPrefix + $0) },
        ].compactMap { $0 }
        let name = node ?? proxy ?? server[0]
        let issued = try authority.issue(
            name: name, names: uris + server.map { CertificateName.host($0) }, lifetime: try LifetimeOption.lifetime(days: days),
            isForClients: node != nil || proxy != nil,
            isForServers: node == nil)
        let path = "\(folder.dir)/\(output ?? name)"
        try CertificateFile.write(issued, certificate: "\(path).crt", key: "\(path).key")
        Output.errorLine("made \(path).crt and \(path).key; ca.crt goes with them")
    }
}
