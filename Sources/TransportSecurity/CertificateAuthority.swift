// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// Makes keys and certificates: EC P-256, signed with SHA-256.
public struct CertificateAuthority: Sendable {
    /// A certificate and its key, as PEM.
    public struct Issued: Sendable {
        public let certificate: String
        public let key: String
    }

    private let contents: CredentialFiles.Contents

    public init(certificate: [UInt8], key: [UInt8]) {
        contents = CredentialFiles.Contents(certificate: certificate, key: key, authorities: [])
    }

    /// A new authority, signed by itself.
    public static func make(name: String, lifetime: Duration) throws(SecurityFailure) -> Issued {
        try issue(name, [], lifetime, isForClients: false, isForServers: false, by: nil)
    }

    /// - Parameters:
    ///   - name: the common name, which is for people only.
    ///   - names: what the certificate is for; without commas, which would begin another one.
    public func issue(
        name: String, names: [AlternativeName], lifetime: Duration, isForClients: Bool, isForServers: Bool
    ) throws(SecurityFailure) -> Issued {
        try Self.issue(name, names, lifetime, isForClients: isForClients, isForServers: isForServers, by: contents)
    }

    private static func issue(
        _ name: String, _ names: [AlternativeName], _ lifetime: Duration, isForClients: Bool, isForServers: Bool,
        by authority: CredentialFiles.Contents?
    ) throws(SecurityFailure) -> Issued {
        precondition(names.allSatisfy { !$0.description.contains(",") }, "a comma would begin another name")
        var certificate = [CChar](repeating: 0, count: Int(COPENSSL_PEM))
        var key = certificate
        var problem = [CChar](repeating: 0, count: Int(COPENSSL_TEXT))
        let alternatives = names.map(\.description).joined(separator: ",")
        // All texts live through the call; the buffers have the sizes that the function documents.
        let result = unsafe name.withCString { name in
            unsafe alternatives.withCString { alternatives in
                var order = unsafe copenssl_order(
                    common_name: name, alternative_names: alternatives, lifetime_seconds: lifetime.components.seconds,
                    for_client: isForClients ? 1 : 0, for_server: isForServers ? 1 : 0)
                guard let authority else { return unsafe copenssl_issue(&order, nil, &certificate, &key, &problem) }
                return unsafe authority.withCredentials { credentials in
                    var credentials = unsafe credentials
                    return unsafe copenssl_issue(&order, &credentials, &certificate, &key, &problem)
                }
            }
        }
        guard result == 1 else { throw SecurityFailure(reason: text(problem)) }
        return Issued(certificate: text(certificate), key: text(key))
    }
}
