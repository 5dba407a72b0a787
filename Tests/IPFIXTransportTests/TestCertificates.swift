// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import TransportSecurity

@testable import IPFIXTransport

/// An authority that exists for one run of the tests, and what it has signed.
enum TestCertificates {
    static let authority = Authority()
    static let foreign = Authority()

    static let server = authority.credentials(.server, names: [.dns("localhost"), .address("127.0.0.1"), .address("::1")])
    static let exporter = ExportSecurity(node("node-a"))

    static func node(_ name: String, of authority: Authority = authority, lifetime: Duration = .seconds(86_400)) -> Credentials {
        authority.credentials(.client, names: [.uri("weir://node/\(name)")], lifetime: lifetime)
    }

    /// Keeps its files in a folder of its own, which is removed with the end of the tests.
    final class Authority: Sendable {
        let folder: String
        private let signer: CertificateAuthority

        init() {
            var template = Array("/tmp/weir-certificates-XXXXXX".utf8CString)
            precondition(unsafe mkdtemp(&template) != nil, "no temporary folder")
            Leftovers.removeAtExit()
            folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            do {
                let made = try CertificateAuthority.make(name: "test", lifetime: .seconds(86_400))
                signer = CertificateAuthority(certificate: Array(made.certificate.utf8), key: Array(made.key.utf8))
                Leftovers.folders.withLock { $0.append(folder) }
                write(made.certificate, to: "\(folder)/ca.crt")
            } catch {
                fatalError("no test authority: \(error)")
            }
        }

        /// - Parameter authorities: whose certificates are accepted; its own by default.
        func credentials(
            _ role: SecurityRole, names: [AlternativeName], lifetime: Duration = .seconds(86_400), believing other: Authority? = nil,
            oldest: OldestVersion = .tls13
        ) -> Credentials {
            do {
                return try Credentials(files(role, names: names, lifetime: lifetime, believing: other), role: role, oldest: oldest)
            } catch {
                fatalError("no test certificate: \(error)")
            }
        }

        func files(
            _ role: SecurityRole, names: [AlternativeName], lifetime: Duration = .seconds(86_400), believing other: Authority? = nil
        ) -> CredentialFiles {
            let name = "\(folder)/\(UInt64.random(in: .min ... .max))"
            issue(role, names: names, lifetime: lifetime, to: name)
            return CredentialFiles(certificate: "\(name).crt", key: "\(name).key", authorities: "\((other ?? self).folder)/ca.crt")
        }

        /// Writes NAME.crt and NAME.key.
        func issue(_ role: SecurityRole, names: [AlternativeName], lifetime: Duration = .seconds(86_400), to name: String) {
            do {
                let issued = try signer.issue(
                    name: "test", names: names, lifetime: lifetime, isForClients: role == .client, isForServers: role == .server)
                write(issued.certificate, to: "\(name).crt")
                write(issued.key, to: "\(name).key")
            } catch {
                fatalError("no test certificate: \(error)")
            }
        }
    }
}

/// A file for its owner alone, in place of what was there.
private func write(_ text: String, to path: String) {
    let fresh = "\(path).new"
    let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(descriptor >= 0, "cannot write \(fresh)")
    let octets = Array(text.utf8)
    precondition(unsafe Glibc.write(descriptor, octets, octets.count) == octets.count, "cannot write \(fresh)")
    close(descriptor)
    precondition(unsafe rename(fresh, path) == 0, "cannot write \(path)")
    Leftovers.files.withLock { _ = $0.insert(path) }
}

/// What no test owns, because all of them share it.
private enum Leftovers {
    static let folders = Mutex<[String]>([])
    static let files = Mutex<Set<String>>([])
    private static let registration: Int32 = atexit {
        for path in Leftovers.files.withLock({ $0 }) { _ = unsafe unlink(path) }
        for path in Leftovers.folders.withLock({ $0 }) { _ = unsafe rmdir(path) }
    }

    static func removeAtExit() { precondition(registration == 0, "nobody would remove the test's certificates") }
}
