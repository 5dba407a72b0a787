// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc
internal import IPFIX
internal import TransportSecurity

/// `weir certs show`
struct CertsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Say what certificates are, and when they end.",
        discussion: """
            Examples:
              weir certs show certs/*.crt
              weir certs show certs/worker-1.crt --within 30d || echo "renew worker-1"

            Exit status: 1 when one has ended, has not begun, or ends within --within.
            """)

    @Argument(help: "PEM files of certificates.")
    var files: [String]

    @Option(help: ArgumentHelp("What counts as soon (default: 0s).", valueName: "span"))
    var within: String?

    func validate() throws { _ = try span() }

    private func span() throws -> Duration {
        guard let within else { return .zero }
        guard let span = TimeExpression.duration(within) else { throw ValidationError("--within \(within) is not a span, such as 30d.") }
        return span
    }

    func run() throws {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        var lines: [String] = []
        var isDue = false
        for file in files {
            let certificates = try certificates(in: file)
            for certificate in certificates {
                let state = CertificateState(certificate, at: Int64(now.tv_sec), soon: try span())
                isDue = isDue || !state.isGood
                lines += CertificateText.lines(certificate, in: file, state)
            }
        }
        try Output.answer(Array((lines.joined(separator: "\n") + "\n").utf8))
        if isDue { throw ExitCode(1) }
    }

    private func certificates(in file: String) throws -> [Certificate] {
        let octets = try CredentialFiles.read(file)
        let certificates: [Certificate]
        do throws(SecurityFailure) {
            certificates = try Certificate.read(octets)
        } catch {
            throw CertificateText.Unreadable(description: "\(file): \(error)")
        }
        if certificates.isEmpty { throw CertificateText.Unreadable(description: "\(file): there is no certificate in it; name a PEM file") }
        return certificates
    }
}

/// How a certificate stands to the present.
enum CertificateState: Hashable {
    case good(days: Int64)
    case notYet
    case ended
    case soon(days: Int64)

    init(_ certificate: Certificate, at now: Int64, soon: Duration) {
        let left = certificate.notAfter - now
        if left <= 0 {
            self = .ended
        } else if certificate.notBefore > now {
            self = .notYet
        } else {
            self = left <= soon.components.seconds ? .soon(days: left / 86_400) : .good(days: left / 86_400)
        }
    }

    var isGood: Bool { if case .good = self { true } else { false } }

    var text: String {
        switch self {
        case .good(let days): "\(days) days left"
        case .soon(let days): "ENDS SOON, \(days) days left"
        case .notYet: "HAS NOT BEGUN"
        case .ended: "HAS ENDED"
        }
    }
}

enum CertificateText {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    static func lines(_ certificate: Certificate, in file: String, _ state: CertificateState) -> [String] {
        let uses = [
            certificate.isAuthority ? "signing (an authority)" : nil,
            certificate.isForClients && !certificate.isAuthority ? "exporters" : nil,
            certificate.isForServers && !certificate.isAuthority ? "aggregators" : nil,
        ].compactMap(\.self)
        let rows: [(String, String)] = [
            ("subject", certificate.subject), ("issuer", certificate.issuer),
            ("node", certificate.isForClients && certificate.names.proxyName == nil ? certificate.names.nodeName ?? "none" : ""),
            ("proxy", certificate.isForClients ? certificate.names.proxyName ?? "" : ""),
            ("names", certificate.names.map(\.description).joined(separator: ", ")), ("for", uses.joined(separator: ", ")),
            ("key", certificate.key), ("serial", certificate.serial), ("SHA-256", certificate.fingerprint),
            ("from", "\(Timestamp(seconds: certificate.notBefore))"),
            ("until", "\(Timestamp(seconds: certificate.notAfter)) (\(state.text))"),
        ]
        return [TerminalText.safe(file)]
            + rows.filter { !$0.1.isEmpty }.map { name, value in
                "  \(name)\(String(repeating: " ", count: 8 - name.count))  \(TerminalText.safe(value))"
            }
    }
}
