// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kubernetes

@Suite("how a cluster is found")
struct KubeconfigTests {
    private func config(cluster: String = "{server: \"https://api.example:6443\"}", user: String = "{token: secret}", more: String = "")
        -> String
    {
        """
        apiVersion: v1
        kind: Config
        current-context: lab
        contexts:
        - {name: other, context: {cluster: nowhere, user: nobody}}
        - {name: lab, context: {cluster: lab-cluster, user: lab-user}}
        clusters: [{name: lab-cluster, cluster: \(cluster)}]
        users: [{name: lab-user, user: \(user)}]
        \(more)
        """
    }

    private func server(_ text: String) throws -> APIServer { try Kubeconfig(text: text, path: "/etc/weir/kubeconfig").server }

    private func problems(_ text: String) -> [String] {
        do throws(APIServerError) {
            _ = try Kubeconfig(text: text, path: "/etc/weir/kubeconfig")
            return []
        } catch {
            return error.problems
        }
    }

    @Test("the current context says which server and which credentials")
    func current() throws {
        let server = try server(config())
        #expect(server.host == "api.example" && server.port == 6443 && server.token == .text("secret"))
        #expect(server.security == APIServer.Security() && server.description == "https://api.example:6443")
    }

    @Test("files are relative to the kubeconfig; data in it wins")
    func material() throws {
        let server = try server(
            config(
                cluster: "{server: \"https://[2001:db8::1]/prefix/\", certificate-authority: ca.crt, tls-server-name: kubernetes}",
                user:
                    "{client-certificate: /x/tls.crt, client-certificate-data: aGVsbG8=, client-key: keys/tls.key, tokenFile: token, token: old}"
            ))
        #expect(server.security?.roots == .file("/etc/weir/ca.crt") && server.security?.serverName == "kubernetes")
        #expect(server.security?.certificate == .octets(Array("hello".utf8)) && server.security?.key == .file("/etc/weir/keys/tls.key"))
        #expect(
            server.token == .file("/etc/weir/token") && server.host == "2001:db8::1" && server.port == 443 && server.pathPrefix == "/prefix"
        )
        #expect(server.authority == "[2001:db8::1]")
    }

    @Test("not to verify must be said, and contradicts a certificate authority")
    func insecure() throws {
        #expect(try server(config(cluster: "{server: \"https://a\", insecure-skip-tls-verify: true}")).security?.isVerified == false)
        #expect(problems(config(cluster: "{server: \"https://a\", insecure-skip-tls-verify: true, certificate-authority: x}")).count == 1)
    }

    @Test(
        "what cannot be used is refused with what to do",
        arguments: [
            ("{server: \"https://a\"}", "{exec: {command: aws}}", "exec runs a program"),
            ("{server: \"https://a\"}", "{auth-provider: {name: gcp}}", "auth-provider runs a program"),
            ("{server: \"https://a\"}", "{client-certificate: x}", "one is missing"),
            ("{server: \"https://a\"}", "{client-key-data: \"%%\", client-certificate: x}", "not base64"),
            ("{server: \"https://a\", proxy-url: \"http://p\"}", "{token: x}", "proxy-url"),
            ("{server: \"ftp://a\"}", "{token: x}", "https://HOST:PORT"), ("{}", "{token: x}", "https://HOST:PORT"),
            ("{server: \"http://a\"}", "{token: x}", "plain HTTP"), ("{server: \"https://a\"}", "{username: x, password: y}", "passwords"),
            ("{server: \"https://a\"}", "{as: admin}", "impersonation"),
        ])
    func refused(cluster: String, user: String, expected: String) {
        #expect(
            problems(config(cluster: cluster, user: user)).contains { $0.contains(expected) },
            "\(problems(config(cluster: cluster, user: user)))")
    }

    @Test("every problem is told at once")
    func everyProblem() {
        let found = problems(config(cluster: "{server: \"https://a\", proxy-url: x}", user: "{exec: {}, client-key: x, as: y}"))
        #expect(found.count == 4)
        let error = APIServerError("f", found)
        #expect("\(error)".split(separator: "\n").allSatisfy { $0.hasPrefix("f: ") })
    }

    @Test(
        "what is no kubeconfig is refused",
        arguments: ["", "- a", "{", "kind: Config", "current-context: lab", "current-context: lab\ncontexts: [{name: lab}]", "a: \u{0}"])
    func garbage(text: String) {
        #expect(!problems(text).isEmpty)
    }

    @Test("a missing file is told")
    func missing() {
        #expect(throws: APIServerError.self) { try Kubeconfig(path: "/nowhere/kubeconfig") }
        #expect(Kubeconfig.defaultPath { ["KUBECONFIG": "/a:/b", "HOME": "/h"][$0] } == "/a")
        #expect(Kubeconfig.defaultPath { ["HOME": "/h"][$0] } == "/h/.kube/config")
    }

    @Test("in a cluster the service account's files and the environment say all, and what is missing is told together")
    func inCluster() throws {
        let none = #expect(throws: APIServerError.self) { try APIServer.inCluster(environment: { _ in nil }, folder: "/nowhere") }
        #expect(none?.problems.count == 3)
    }

    @Test("base64 with and without padding, over lines, and what is none")
    func base64() {
        for (text, expected) in [("", ""), ("Zg==", "f"), ("b2s", "ok"), ("Zm9v", "foo"), ("Zm9v\nYmFy", "foobar")] {
            #expect(Base64.decode(text) == Array(expected.utf8))
        }
        #expect(Base64.decode("+/+/") == [0xFB, 0xFF, 0xBF])
        for text in ["Z", "Zm9vY", "Zg==Zg==", "Z-==", "ä"] { #expect(Base64.decode(text) == nil) }
    }
}
