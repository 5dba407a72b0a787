// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Testing

/// Certificates as they are made and looked at by command.
@Suite final class CertsCommandTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/weir certs-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Program.Failure(what: "no temporary folder", code: errno) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        _ = try? Program(path: "/bin/rm").run(["-rf", folder])
    }

    private func certs(_ arguments: String...) throws -> Program.Outcome {
        try Program.built("weir").run(["certs"] + arguments, in: folder)
    }

    private func openssl(_ arguments: String...) throws -> Program.Outcome {
        try Program(path: "/usr/bin/openssl").run(arguments, in: folder)
    }

    private func mode(_ name: String) -> mode_t {
        var status = stat()
        return unsafe stat("\(folder)/\(name)", &status) == 0 ? status.st_mode & 0o777 : 0
    }

    @Test("OpenSSL takes what is made, for its use and no other")
    func makes() throws {
        #expect(try certs("init").status == 0)
        #expect(try certs("issue", "--node", "worker-1").status == 0)
        #expect(try certs("issue", "--server", "aggregator.example", "--server", "192.0.2.1").status == 0)
        #expect(try certs("issue", "--proxy", "zone-a", "--server", "proxy.example").status == 0)
        for (name, use, isGood) in [
            ("worker-1", "sslclient", true), ("worker-1", "sslserver", false), ("aggregator.example", "sslserver", true),
            ("aggregator.example", "sslclient", false), ("zone-a", "sslserver", true), ("zone-a", "sslclient", true),
        ] {
            let outcome = try openssl("verify", "-x509_strict", "-CAfile", "certs/ca.crt", "-purpose", use, "certs/\(name).crt")
            #expect((outcome.status == 0) == isGood, "\(name) for \(use): \(outcome.errors)")
        }
        let text = try openssl("x509", "-in", "certs/worker-1.crt", "-noout", "-text", "-checkend", "31000000").output
        for part in ["URI:weir://node/worker-1", "ASN1 OID: prime256v1", "ecdsa-with-SHA256", "will not expire"] {
            #expect(text.contains(part), "\(part)")
        }
        #expect([mode("certs"), mode("certs/ca.key"), mode("certs/worker-1.key"), mode("certs/ca.crt")] == [0o700, 0o600, 0o600, 0o644])
    }

    @Test("a proxy's certificate names no node; a proxy without a server, or that is a node, is none")
    func proxies() throws {
        _ = try certs("init")
        #expect(try certs("issue", "--proxy", "zone-a", "--server", "proxy.example").status == 0)
        let shown = try certs("show", "certs/zone-a.crt").output
        #expect(shown.contains("proxy     zone-a") && !shown.contains("\n  node"), "\(shown)")
        #expect(try certs("issue", "--proxy", "zone-b").status == 2)
        #expect(try certs("issue", "--proxy", "zone-b", "--node", "worker-1").status == 2)
        #expect(try certs("issue", "--proxy", "a/b", "--server", "proxy.example").status == 2)
    }

    @Test("nothing that is there is overwritten")
    func keepsFiles() throws {
        _ = try certs("init")
        let before = try openssl("x509", "-in", "certs/ca.crt", "-noout", "-fingerprint").output
        let again = try certs("init")
        #expect(again.status == 2 && again.errors.contains("certs/ca.crt is there already"), "\(again.errors)")
        #expect(try openssl("x509", "-in", "certs/ca.crt", "-noout", "-fingerprint").output == before)
    }

    @Test("what is shown tells whose it is and when it ends, and the exit status whether that is soon")
    func shows() throws {
        _ = try certs("init", "--days", "1")
        _ = try certs("issue", "--node", "worker-1", "--days", "40")
        let good = try certs("show", "certs/worker-1.crt")
        #expect(good.status == 0)
        for part in ["node      worker-1", "URI:weir://node/worker-1", "for       exporters", " days left)"] {
            #expect(good.output.contains(part), "\(part) in \(good.output)")
        }
        #expect(try certs("show", "certs/worker-1.crt", "--within", "39d").status == 0)
        let soon = try certs("show", "certs/worker-1.crt", "--within", "40d")
        #expect(soon.status == 1 && soon.output.contains("ENDS SOON"))
    }

    @Test(
        "a wrong command makes nothing, exits with 2 and says why",
        arguments: [
            (["issue", "--node", "a"], "ca.crt cannot be read"), (["issue"], "Say whose certificate"),
            (["issue", "--node", "a", "--server", "b"], "Say whose certificate"), (["issue", "--node", "../a"], "cannot be a name"),
            (["issue", "--node", "a,DNS:b"], "cannot be a name"), (["init", "--days", "0"], "--days 0 is out of range"),
            (["show", "nowhere.crt"], "nowhere.crt cannot be read"), (["show", "x", "--within", "soon"], "not a span"),
        ])
    func refuses(arguments: [String], message: String) throws {
        let outcome = try Program.built("weir").run(["certs"] + arguments, in: folder)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(mode("certs") == 0)
    }
}
