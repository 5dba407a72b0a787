// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Testing

@testable import Kubernetes
@testable import weir

/// The API server of `ci/lab/kube-api`, as a process of its own.
final class APIDouble {
    let folder: String
    let server: APIServer
    private let child: ChildProcess
    private static let repository = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }

    /// - Parameter securely: over HTTPS, with `tls.crt` and `tls.key` in `folder`.
    init(_ arguments: [String] = [], securely: Bool = false) throws {
        var template = Array("/tmp/weir kube-api-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw Program.Failure(what: "no temporary folder", code: errno) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        child = try ChildProcess(
            "\(Self.repository)/ci/lab/kube-api", ["--bookmark-seconds", "0.2"] + (securely ? ["--tls", folder] : []) + arguments,
            log: "\(folder)/log")
        let line = try #require(child.line(containing: "serving", within: .seconds(30)), "\(child.logText)")
        let url = try #require(line.split(separator: " ").first { $0.contains("://") })
        server = try #require(APIServer(url: String(url)))
    }

    deinit {
        child.send(SIGKILL)
        _ = child.wait(atMost: .seconds(5))
        _ = try? Program(path: "/bin/rm").run(["-rf", folder])
    }

    /// The server as a client sees it that trusts its certificate.
    func trusted(token: APIServer.Token = .none) -> APIServer {
        var trusted = server
        trusted.security?.roots = .file("\(folder)/tls.crt")
        trusted.token = token
        return trusted
    }

    /// Ends it as a crash would.
    func kill() { child.send(SIGKILL) }

    @discardableResult
    func request(_ method: String, _ path: String, _ body: String = "", token: String = "") throws -> String {
        let outcome = try Program(path: "/usr/bin/curl").run([
            "-sSk", "-X", method, "-H", "Authorization: Bearer \(token)", "--data", body, "\(server)\(path)",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
    }

    func lab(_ command: String) throws { try request("POST", "/lab/\(command)") }

    func create(pod name: String, address: String, token: String = "") throws {
        try request(
            "POST", "/api/v1/namespaces/shop/pods",
            #"{"metadata": {"name": "\#(name)"}, "spec": {"nodeName": "n1"}, "status": {"phase": "Running", "podIP": "\#(address)"}}"#,
            token: token)
    }

    func delete(pod name: String) throws { try request("DELETE", "/api/v1/namespaces/shop/pods/\(name)") }
}
