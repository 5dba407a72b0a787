// SPDX-License-Identifier: Apache-2.0

internal import Yams

/// The file by which kubectl finds its cluster: of it, the current context ("Organizing Cluster Access Using kubeconfig Files").
///
/// Programs that make credentials (`exec`, `auth-provider`) are not run: they would be code of somebody else's choice, beside the
/// daemon. Give the aggregator a service account's token instead.
public struct Kubeconfig {
    static let maximumLength = 4 << 20

    public let server: APIServer

    /// `KUBECONFIG`, of several files the first; else `~/.kube/config`.
    public static func defaultPath(environment: (String) -> String? = Environment.value(of:)) -> String {
        let named = environment("KUBECONFIG")?.split(separator: ":").first.map(String.init)
        return named ?? "\(environment("HOME") ?? "/root")/.kube/config"
    }

    public init(path: String) throws(APIServerError) {
        let text: String
        do throws(ObjectsFileError) {
            text = try FileText.read(path, limit: Self.maximumLength)
        } catch {
            throw APIServerError(path, ["cannot be read: \(error.cause); name a kubeconfig file, or set KUBECONFIG"])
        }
        try self.init(text: text, path: path)
    }

    /// - Parameter path: named in errors; files that the text names are relative to its folder.
    init(text: String, path: String) throws(APIServerError) {
        var reading = Reading(folder: path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/"))
        guard let root = try? Yams.compose(yaml: text), root.mapping != nil else {
            throw APIServerError(path, ["is not a kubeconfig; kubectl config view --raw prints one"])
        }
        let server = reading.server(of: root)
        guard let server, reading.problems.isEmpty else { throw APIServerError(path, reading.problems) }
        self.server = server
    }
}

/// Collects what the current context says, and everything that is wrong with it.
private struct Reading {
    let folder: String
    var problems: [String] = []

    init(folder: String) {
        self.folder = folder
    }

    mutating func server(of root: Node) -> APIServer? {
        guard let current = root["current-context"]?.string, !current.isEmpty else {
            problems.append("no current-context; choose one with: kubectl config use-context NAME")
            return nil
        }
        guard let context = named(current, in: root, "contexts", "context") else { return nil }
        let cluster = context["cluster"]?.string.flatMap { named($0, in: root, "clusters", "cluster") }
        let user = context["user"]?.string.flatMap { $0.isEmpty ? nil : named($0, in: root, "users", "user") }
        guard let cluster else {
            problems.append("context '\(current)' names no cluster")
            return nil
        }
        guard let url = cluster["server"]?.string, var server = APIServer(url: url) else {
            problems.append("cluster '\(context["cluster"]?.string ?? "")' has no server of the form https://HOST:PORT")
            return nil
        }
        if cluster["proxy-url"] != nil { problems.append("proxy-url is not supported; give an address that is reached without a proxy") }
        if server.security != nil { readSecurity(of: cluster, into: &server) }
        if let user { readUser(user, into: &server) }
        return server
    }

    private mutating func named(_ name: String, in root: Node, _ list: String, _ member: String) -> Node? {
        let entry = root[list]?.sequence?.first { $0["name"]?.string == name }?[member]
        if entry == nil { problems.append("\(list) has no entry named '\(name)' with a \(member)") }
        return entry
    }

    private mutating func readSecurity(of cluster: Node, into server: inout APIServer) {
        server.security?.roots = material("certificate-authority", of: cluster)
        server.security?.serverName = cluster["tls-server-name"]?.string
        if cluster["insecure-skip-tls-verify"]?.bool == true {
            if server.security?.roots != nil {
                problems.append("insecure-skip-tls-verify and certificate-authority contradict each other; remove one")
            }
            server.security?.isVerified = false
        }
    }

    private mutating func readUser(_ user: Node, into server: inout APIServer) {
        for plugin in ["exec", "auth-provider"] where user[plugin] != nil {
            problems.append(
                "\(plugin) runs a program for credentials, which weir-aggregator does not; use a token, a tokenFile or a client certificate"
            )
        }
        for basic in ["username", "password"] where user[basic] != nil {
            problems.append("\(basic): API servers take passwords no longer; use a token, a tokenFile or a client certificate")
        }
        if user["as"] != nil { problems.append("impersonation (as) is not supported; use the credentials of the account itself") }
        if let path = user["tokenFile"]?.string {
            server.token = .file(absolute(path))
        } else if let token = user["token"]?.string {
            server.token = .text(token)
        }
        let certificate = material("client-certificate", of: user), key = material("client-key", of: user)
        if (certificate == nil) != (key == nil) { problems.append("client-certificate and client-key belong together; one is missing") }
        server.security?.certificate = certificate
        server.security?.key = key
        if server.security == nil, server.token != .none || certificate != nil {
            problems.append("credentials would go over plain HTTP for all to read; use an https:// server, or remove them")
        }
    }

    /// A file's path, or the same in base64 in the member of that name with `-data`, which wins as it does in kubectl.
    private mutating func material(_ name: String, of node: Node) -> APIServer.Material? {
        if let data = node["\(name)-data"]?.string, !data.isEmpty {
            guard let octets = Base64.decode(data) else {
                problems.append("\(name)-data is not base64")
                return nil
            }
            return .octets(octets)
        }
        return node[name]?.string.flatMap { $0.isEmpty ? nil : .file(absolute($0)) }
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)" }
}
