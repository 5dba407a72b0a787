// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TransportSecurity

struct CredentialsTests {
    private let folder = TemporaryFolder()
    private let authority: CertificateAuthority
    private let files: CredentialFiles

    init() throws {
        let made = try CertificateAuthority.make(name: "authority", lifetime: .seconds(86_400))
        authority = CertificateAuthority(certificate: Array(made.certificate.utf8), key: Array(made.key.utf8))
        folder.write("ca.crt", made.certificate)
        files = CredentialFiles(
            certificate: "\(folder.path)/own.crt", key: "\(folder.path)/own.key", authorities: "\(folder.path)/ca.crt")
        try issue("node-a", as: "own")
    }

    private func issue(_ node: String, as name: String, keyMode: UInt32 = 0o600) throws {
        let issued = try authority.issue(
            name: node, names: [.uri("weir://node/\(node)")], lifetime: .seconds(3600), isForClients: true, isForServers: false)
        folder.write("\(name).crt", issued.certificate)
        folder.write("\(name).key", issued.key, mode: keyMode)
    }

    @Test("files that did not change are not read again; those that did are, and new sessions use them")
    func reloads() throws {
        let credentials = try Credentials(files, role: .client)
        let before = credentials.context(.stream)
        #expect(credentials.reload() == .unchanged && credentials.context(.stream) === before)
        try issue("node-b", as: "own")
        #expect(credentials.reload() == .reloaded)
        #expect(credentials.certificate.names.nodeName == "node-b" && credentials.context(.stream) !== before)
        #expect(credentials.reload() == .unchanged)
        #expect(credentials.reload(always: true) == .reloaded)
    }

    @Test("a broken new file keeps the old, and is told once")
    func keepsOld() throws {
        let credentials = try Credentials(files, role: .client)
        folder.write("own.crt", "no certificate\n")
        guard case .refused(let error) = credentials.reload() else {
            Issue.record("a broken file was taken")
            return
        }
        #expect(error.description.contains("own.crt"), "\(error)")
        #expect(credentials.reload() == .unchanged && credentials.certificate.names.nodeName == "node-a")
        // Key and certificate are replaced one after the other, and between the two they do not fit.
        try issue("node-c", as: "other")
        folder.write("own.crt", String(decoding: try CredentialFiles.read("\(folder.path)/other.crt"), as: UTF8.self))
        guard case .refused(.unusable(_, let reason)) = credentials.reload() else {
            Issue.record("a certificate with another's key was taken")
            return
        }
        #expect(reason.contains("key"), "\(reason)")
        folder.write("own.key", String(decoding: try CredentialFiles.read("\(folder.path)/other.key"), as: UTF8.self))
        #expect(credentials.reload() == .reloaded && credentials.certificate.names.nodeName == "node-c")
    }

    @Test(
        "a key that others can read or change is refused; one that a group may read is taken",
        arguments: [0o604, 0o606, 0o660, 0o602, 0o601])
    func exposedKey(mode: Int) throws {
        try issue("node-a", as: "own", keyMode: UInt32(mode))
        let error = #expect(throws: CredentialError.self) { try Credentials(files, role: .client) }
        #expect(error?.description.contains("chmod 600") == true, "\(String(describing: error))")
        try issue("node-a", as: "own", keyMode: 0o440)
        _ = try Credentials(files, role: .client)
    }

    @Test("files that are missing, empty, of another kind or cut are refused with their name", arguments: ["own.crt", "own.key", "ca.crt"])
    func refusesFiles(name: String) throws {
        let text = String(decoding: try CredentialFiles.read("\(folder.path)/\(name)"), as: UTF8.self)
        for broken in ["", "nothing", String(text.prefix(text.count / 2)), text.replacing("A", with: "!")] {
            folder.write(name, broken)
            let error = #expect(throws: CredentialError.self) { try Credentials(files, role: .server) }
            #expect(error?.description.contains(name) == true)
        }
        folder.write(name, text)
        _ = try Credentials(files, role: .server)
        let missing = CredentialFiles(certificate: "/nowhere/a.crt", key: files.key, authorities: files.authorities)
        #expect(throws: CredentialError.unreadable("/nowhere/a.crt", "No such file or directory")) {
            try Credentials(missing, role: .client)
        }
    }
}
