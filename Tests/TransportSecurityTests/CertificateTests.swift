// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TransportSecurity

struct CertificateTests {
    @Test("what is issued says what was ordered")
    func issues() throws {
        let made = try CertificateAuthority.make(name: "authority of ö", lifetime: .seconds(10 * 365 * 86_400))
        let root = try #require(try Certificate.read(Array(made.certificate.utf8)).first)
        #expect(root.isAuthority && root.subject == root.issuer && root.subject == "CN=authority of ö" && root.names.isEmpty)
        #expect(root.notAfter - root.notBefore == 10 * 365 * 86_400 + 300)
        let authority = CertificateAuthority(certificate: Array(made.certificate.utf8), key: Array(made.key.utf8))
        let names: [AlternativeName] = [.uri("weir://node/a"), .dns("a.example"), .address("192.0.2.1"), .address("2001:db8::1")]
        let issued = try authority.issue(name: "a", names: names, lifetime: .seconds(86_400), isForClients: true, isForServers: false)
        let certificate = try #require(try Certificate.read(Array((issued.certificate + made.certificate).utf8)).first)
        #expect(certificate.issuer == root.subject && certificate.names == names && !certificate.isAuthority)
        #expect(certificate.isForClients && !certificate.isForServers && certificate.key == "EC prime256v1")
        #expect(certificate.serial.count == 32 && certificate.fingerprint.count == 64 && certificate.serial != root.serial)
        #expect(try Certificate.read(Array((issued.certificate + made.certificate).utf8)).count == 2)
    }

    @Test(
        "a node's name is that of its URI, else the first DNS name",
        arguments: [
            ([.dns("b"), .uri("weir://node/a")], "a"), ([.address("192.0.2.1"), .dns("b"), .dns("c")], "b"), ([.uri("weir://node/")], nil),
            ([.uri("spiffe://x/node/a")], nil), ([], nil), ([.other, .uri("weir://node/a/b")], "a/b"),
        ] as [([AlternativeName], String?)])
    func nodeName(names: [AlternativeName], expected: String?) {
        #expect(names.nodeName == expected)
    }

    @Test("what is no certificate is refused, and text around certificates is not looked at")
    func reads() throws {
        #expect(try Certificate.read([]).isEmpty)
        #expect(try Certificate.read(Array("subject: a\n".utf8)).isEmpty)
        let broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        #expect(throws: SecurityFailure.self) { try Certificate.read(Array(broken.utf8)) }
        #expect(throws: SecurityFailure.self) {
            try CertificateAuthority(certificate: Array(broken.utf8), key: []).issue(
                name: "a", names: [], lifetime: .seconds(1), isForClients: true, isForServers: true)
        }
    }
}
